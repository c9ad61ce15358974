import { parseReference, repositoryName, type ImageReference } from '../../spec/reference.ts';
import type { IdentityRule } from './policy-json.ts';

/** Whether a signature's claim, `docker-reference`, is about the image that is wanted (containers-policy.json(5), signedIdentity). */
export function claimMatches(claim: string, wanted: ImageReference, rule: IdentityRule): boolean {
  const claimed = parsed(claim);
  if (claimed === undefined) return false;
  switch (rule.type) {
    case 'matchExact':
      return wanted.digest === undefined && same(claimed, wanted);
    case 'matchRepoDigestOrExact':
      return wanted.digest === undefined ? same(claimed, wanted) : sameRepository(claimed, wanted);
    case 'matchRepository':
      return sameRepository(claimed, wanted);
    case 'exactReference': {
      const exact = parsed(rule.reference);
      return exact !== undefined && same(claimed, exact);
    }
    case 'exactRepository': {
      const exact = parsed(rule.repository);
      return exact !== undefined && sameRepository(claimed, exact);
    }
    case 'remapIdentity':
      return claimMatches(claim, remapped(wanted, rule), { type: 'matchRepoDigestOrExact' });
  }
}

function remapped(
  wanted: ImageReference,
  { prefix, signedPrefix }: { readonly prefix: string; readonly signedPrefix: string },
): ImageReference {
  const name = repositoryName(wanted);
  if (name !== prefix && !name.startsWith(`${prefix}/`)) return wanted;
  const moved = parsed(`${signedPrefix}${name.slice(prefix.length)}`);
  return moved === undefined ? wanted : { ...wanted, registry: moved.registry, repository: moved.repository };
}

function same(a: ImageReference, b: ImageReference): boolean {
  return sameRepository(a, b) && a.tag !== undefined && a.tag === b.tag;
}

function sameRepository(a: ImageReference, b: ImageReference): boolean {
  return repositoryName(a) === repositoryName(b);
}

function parsed(text: string): ImageReference | undefined {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}
