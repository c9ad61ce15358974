import { encodeBpf } from '../../abi/bpf/wire.ts';
import { compileSeccomp } from '../../abi/seccomp/compile.ts';
import { DEFAULT_SECCOMP_PROFILE } from '../../abi/seccomp/default-profile.ts';
import { parseProfileFile, type SeccompProfileFile } from '../../abi/seccomp/profile-file.ts';
import { resolveProfile } from '../../abi/seccomp/resolve-profile.ts';
import { LimpidError } from '../../base/error.ts';
import { readText } from '../../kernel/files.ts';
import type { HostFacts } from '../../plan/facts.ts';
import type { Seccomp } from '../../spec/runtime.ts';
import type { ContainerConfig } from '../config.ts';
import { capabilitySets } from '../spec/capabilities.ts';
import { wantsSeccomp } from '../spec/spec-from-config.ts';

/** A container's system call filter: the profile with its conditions decided, and the program for seccomp(2). */
export interface SeccompChoice {
  readonly profile: Seccomp;
  readonly program: Uint8Array;
}

/** The filter that a config names, for the container's capabilities; `undefined` for none. Throws EPROFILE. */
export function chooseSeccomp(facts: HostFacts, config: ContainerConfig): SeccompChoice | undefined {
  if (!wantsSeccomp(config)) return undefined;
  const { bounding = [] } = capabilitySets(config, 0, facts);
  const { arch, kernelRelease } = facts;
  const profile = resolveProfile(profileFile(config.security.seccomp), { capabilities: bounding, arch, kernelRelease });
  return { profile, program: encodeBpf(compileSeccomp(profile, { arch })) };
}

function profileFile(choice: string): SeccompProfileFile {
  if (choice === 'default') return DEFAULT_SECCOMP_PROFILE;
  const subject = `seccomp profile "${choice}"`;
  const text = readText(choice);
  if (text === undefined) throw new LimpidError({ code: 'EPROFILE', doing: 'read', subject, why: 'there is no such file' });
  try {
    return parseProfileFile(JSON.parse(text), choice);
  } catch (cause) {
    if (cause instanceof LimpidError) throw cause;
    throw new LimpidError({ code: 'EPROFILE', doing: 'read', subject, why: 'it is not JSON', cause });
  }
}
