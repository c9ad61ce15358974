import { encodeBpf } from '../../abi/bpf/wire.ts';
import { compileSeccomp } from '../../abi/seccomp/compile.ts';
import { DEFAULT_SECCOMP_PROFILE } from '../../abi/seccomp/default-profile.ts';
import { parseProfileText, type SeccompProfileFile } from '../../abi/seccomp/profile-file.ts';
import { resolveProfile } from '../../abi/seccomp/resolve-profile.ts';
import { LimpidError } from '../../base/error.ts';
import { readText } from '../../kernel/files.ts';
import type { HostFacts } from '../../plan/facts.ts';
import type { Seccomp } from '../../spec/runtime.ts';

/** A container's system call filter: the profile with its conditions decided, and the program for seccomp(2). */
export interface SeccompChoice {
  readonly profile: Seccomp;
  readonly program: Uint8Array;
}

/** Reads and compiles a profile (`default`, or a file) for containers with these capabilities. Throws EPROFILE. */
export function compileProfile(
  choice: string,
  capabilities: readonly string[],
  { arch, kernelRelease }: Pick<HostFacts, 'arch' | 'kernelRelease'>,
): SeccompChoice {
  const profile = resolveProfile(profileFile(choice), { capabilities, arch, kernelRelease });
  return { profile, program: encodeBpf(compileSeccomp(profile, { arch })) };
}

function profileFile(choice: string): SeccompProfileFile {
  if (choice === 'default') return DEFAULT_SECCOMP_PROFILE;
  const subject = `seccomp profile "${choice}"`;
  const text = readText(choice);
  if (text === undefined)
    throw new LimpidError({ code: 'EPROFILE', doing: 'read', subject, why: 'there is no such file' });
  return parseProfileText(text, choice);
}
