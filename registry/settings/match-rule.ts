import { formatReference, parseReference, type ImageReference } from '../../spec/reference.ts';
import type { RegistryRule } from './registries-conf.ts';

/** The rule with the longest prefix of an image's name. */
export function matchRule(reference: ImageReference, rules: readonly RegistryRule[]): RegistryRule | undefined {
  let best: RegistryRule | undefined;
  for (const rule of rules) {
    if (matchedLength(reference, rule.prefix) === undefined) continue;
    if (best === undefined || rule.prefix.length > best.prefix.length) best = rule;
  }
  return best;
}

/** The reference with a location instead of the rule's prefix. Throws `EREFERENCE` where the result is no name. */
export function relocate(reference: ImageReference, { prefix }: RegistryRule, location: string): ImageReference {
  if (location === '') return reference;
  const { tag, digest } = reference;
  const rest = formatReference(reference).slice(matchedLength(reference, prefix)!);
  const moved = parseReference(`${location}${rest}`);
  return { ...moved, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/**
 * How much of the name `prefix` stands for: itself, up to a separator, or for `*.host` the whole host and port.
 * `undefined` where it does not match.
 */
export function matchedLength(reference: ImageReference, prefix: string): number | undefined {
  const { registry } = reference;
  if (prefix.startsWith('*.')) {
    const host = registry.replace(/:\d+$/, '');
    return host.endsWith(prefix.slice(1)) ? registry.length : undefined;
  }
  const name = formatReference(reference);
  if (!name.startsWith(prefix)) return undefined;
  if (name.length === prefix.length) return prefix.length;
  const next = name[prefix.length]!;
  // Behind a host a colon begins a port: `example.com` says nothing of `example.com:5000`.
  const separators = prefix.includes('/') ? '/:@' : '/';
  return separators.includes(next) ? prefix.length : undefined;
}
