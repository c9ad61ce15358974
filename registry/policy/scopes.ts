import { formatReference, repositoryName, type ImageReference } from '../../spec/reference.ts';
import type { Policy, Requirement } from './policy-json.ts';

/** Scopes of a registry's image, the most specific first: itself, its repository, namespaces, host, `*.domain`s. */
export function registryScopes(reference: ImageReference): string[] {
  const { registry } = reference;
  const parts = repositoryName(reference).split('/');
  const prefixes = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
  const labels = registry.replace(/:\d+$/, '').split('.');
  const wildcards = labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
  return [formatReference(withoutBoth(reference)), ...prefixes, ...wildcards];
}

/** Scopes of an image in a file or directory: `PATH:REFERENCE`, the path, and the directories above it. */
export function pathScopes(path: string, reference?: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const above = parts.map((_, index) => `/${parts.slice(0, parts.length - index).join('/')}`);
  return [...(reference === undefined ? [] : [`${above[0] ?? ''}:${reference}`]), ...above];
}

/** The requirements of the most specific scope that the policy has, and where they stand. */
export function requirementsFor(
  { default: byDefault, transports }: Policy,
  transport: string,
  scopes: readonly string[],
): { readonly requirements: readonly Requirement[]; readonly scope: string } {
  const table = transports.get(transport);
  for (const scope of [...scopes, '']) {
    const requirements = table?.get(scope);
    if (requirements !== undefined)
      return { requirements, scope: scope === '' ? `transport "${transport}"` : `"${scope}"` };
  }
  return { requirements: byDefault, scope: '"default"' };
}

/** With a digest, the tag says nothing. */
function withoutBoth(reference: ImageReference): ImageReference {
  if (reference.digest === undefined || reference.tag === undefined) return reference;
  const { tag: _, ...rest } = reference;
  return rest;
}
