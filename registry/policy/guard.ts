import { LimpidError } from '../../base/error.ts';
import type { Digest } from '../../spec/image.ts';
import type { ImageReference } from '../../spec/reference.ts';
import type { Errand } from '../errand.ts';
import type { Connection } from '../http/connection.ts';
import type { RegistryOptions } from '../options.ts';
import { hopelessFailure, policyFailure, type AppliedPolicy } from './policy-failure.ts';
import { readPolicy } from './read-policy.ts';
import { registryScopes, requirementsFor } from './scopes.ts';

/** Holds what policy.json requires of one image, so that no byte of its content is read before it is fulfilled. */
export class PolicyGuard {
  readonly #policy: AppliedPolicy;
  readonly #reference: ImageReference;
  readonly #options: RegistryOptions;

  private constructor(policy: AppliedPolicy, reference: ImageReference, options: RegistryOptions) {
    this.#policy = policy;
    this.#reference = reference;
    this.#options = options;
  }

  /** Throws `EPOLICY` where no image of this name is let in, before anybody is asked. */
  static async for(reference: ImageReference, errand: Errand, options: RegistryOptions): Promise<PolicyGuard> {
    const policy = await readPolicy(options);
    const applied = { file: policy.file, ...requirementsFor(policy, 'docker', registryScopes(reference)) };
    const hopeless = hopelessFailure(errand, applied);
    if (hopeless !== undefined) throw hopeless;
    return new PolicyGuard(applied, reference, options);
  }

  /** What is missing of the signatures that are required of a manifest; `undefined` where nothing is. */
  async fault(digest: Digest, connection: Connection, errand: Errand): Promise<LimpidError | undefined> {
    const image = { reference: this.#reference, digest, errand };
    for (const requirement of this.#policy.requirements) {
      if (requirement.type !== 'signedBy' && requirement.type !== 'sigstoreSigned') continue;
      const why = await this.#tried(async () => {
        if (requirement.type === 'signedBy') {
          const { signedByFault } = await import('./signed-by.ts');
          return signedByFault(image, requirement, this.#options);
        }
        const { sigstoreFault } = await import('./sigstore-signed.ts');
        return sigstoreFault(image, requirement, connection, this.#options);
      });
      if (why !== undefined) return policyFailure(errand, this.#policy, requirement.type, why);
    }
    return undefined;
  }

  /** What cannot be verified is refused, with the reason. */
  async #tried(verify: () => Promise<string | undefined>): Promise<string | undefined> {
    try {
      return await verify();
    } catch (error) {
      if (error instanceof LimpidError) throw error;
      return `its signature cannot be verified: ${(error as Error).message}`;
    }
  }
}
