import type { Errand } from '../errand.ts';
import type { RegistryOptions } from '../options.ts';
import { hopelessFailure, policyFailure } from './policy-failure.ts';
import { readPolicy } from './read-policy.ts';
import { pathScopes, requirementsFor } from './scopes.ts';

/**
 * Throws `EPOLICY` unless policy.json lets an image in that comes from no registry: from a file, a directory, another
 * engine. Signatures do not travel with those, so a policy that asks for one refuses them.
 */
export async function allowLocalImage(
  transport: string,
  place: { readonly path: string; readonly reference?: string },
  errand: Errand,
  options: RegistryOptions,
): Promise<void> {
  const policy = await readPolicy(options);
  const applied = { file: policy.file, ...requirementsFor(policy, transport, pathScopes(place.path, place.reference)) };
  const hopeless = hopelessFailure(errand, applied);
  if (hopeless !== undefined) throw hopeless;
  const signed = applied.requirements.find(({ type }) => type !== 'insecureAcceptAnything');
  if (signed !== undefined)
    throw policyFailure(errand, applied, signed.type, `images by "${transport}:" carry no signatures`);
}
