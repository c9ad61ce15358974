import { capabilityMask } from '../../abi/capability.ts';
import { defaultProgram } from '../../abi/seccomp/default-program.ts';
import type { HostFacts } from '../../plan/facts.ts';
import type { ContainerConfig } from '../config.ts';
import { capabilitySets } from '../spec/capabilities.ts';
import { wantsSeccomp } from '../spec/spec-from-config.ts';
import type { SeccompChoice } from './seccomp-profile.ts';

/**
 * The filter that a config names, for the container's capabilities; `undefined` for none. Where the default profile was
 * compiled at build time, it is not read again (7 ms), and `profile` holds no more than its name's worth: whoever
 * shows the spec asks `resolveSeccomp`. Throws EPROFILE.
 */
export async function chooseSeccomp(facts: HostFacts, config: ContainerConfig): Promise<SeccompChoice | undefined> {
  if (!wantsSeccomp(config)) return undefined;
  const { bounding = [] } = capabilitySets(config, 0, facts);
  const program =
    config.security.seccomp === 'default' ? defaultProgram(facts.arch, capabilityMask(bounding)) : undefined;
  if (program !== undefined) return { profile: { defaultAction: 'SCMP_ACT_ERRNO' }, program };
  return resolveSeccomp(facts, config);
}

/** The same with the whole profile, compiled here. */
export async function resolveSeccomp(facts: HostFacts, config: ContainerConfig): Promise<SeccompChoice | undefined> {
  if (!wantsSeccomp(config)) return undefined;
  const { compileProfile } = await import('./seccomp-profile.ts');
  const { bounding = [] } = capabilitySets(config, 0, facts);
  return compileProfile(config.security.seccomp, bounding, facts);
}
