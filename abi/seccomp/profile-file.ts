import type { SeccompProfile, SeccompRule } from './profile.ts';

/**
 * A profile as Docker's and podman's files have it: the OCI form, with rules that hold only for some
 * capabilities, architectures or kernels, and with `archMap` in the place of `architectures`.
 */
export interface SeccompProfileFile extends Omit<SeccompProfile, 'syscalls'> {
  archMap?: SeccompArchMap[];
  syscalls?: ConditionalRule[];
}

/** Which ABIs are open on a host of `architecture`. */
export interface SeccompArchMap {
  architecture: string;
  subArchitectures: string[];
}

export interface ConditionalRule extends SeccompRule {
  /** The rule counts if all of this holds: every capability, any of the architectures, the kernel. */
  includes?: RuleFilter;
  /** The rule is left out if any of this holds. */
  excludes?: RuleFilter;
}

export interface RuleFilter {
  /** `CAP_*` names. */
  caps?: string[];
  /** Architectures of the host, in Go's words: `amd64`, `arm64`. */
  arches?: string[];
  /** `MAJOR.MINOR`. */
  minKernel?: string;
}
