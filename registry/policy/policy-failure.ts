import type { LimpidError } from '../../base/error.ts';
import { failure, type Errand } from '../errand.ts';
import type { Requirement } from './policy-json.ts';

/** Requirements that apply to an image, and where they stand. */
export interface AppliedPolicy {
  readonly file: string;
  readonly scope: string;
  readonly requirements: readonly Requirement[];
}

/** `cannot pull "…": the policy refuses it: … (reject of "docker.io" in "/etc/containers/policy.json")`. */
export function policyFailure(errand: Errand, { file, scope }: AppliedPolicy, type: string, why: string): LimpidError {
  return failure('EPOLICY', errand, `the policy refuses it: ${why} (${type} for ${scope} in "${file}")`);
}

/** The error of the first requirement that no image at all fulfils. */
export function hopelessFailure(errand: Errand, policy: AppliedPolicy): LimpidError | undefined {
  for (const requirement of policy.requirements) {
    if (requirement.type === 'reject') return policyFailure(errand, policy, 'reject', 'such images are not wanted');
    if (requirement.type === 'unsupported')
      return policyFailure(errand, policy, requirement.what, 'it asks for what is not verified here');
  }
  return undefined;
}
