import { capabilityMask, capabilityNumber } from '../capability.ts';
import type { ConditionalRule, RuleFilter, SeccompProfileFile } from './profile-file.ts';
import type { SeccompProfile, SeccompRule } from './profile.ts';
import { nativeAbi, type HostArch } from './syscall-abi.ts';

/** What a profile's conditions are about. */
export interface SeccompSubject {
  /** The container's bounding set, a mask or `CAP_*` names. */
  readonly capabilities: bigint | readonly string[];
  readonly arch: HostArch;
  /** As uname(2) gives it. */
  readonly kernelRelease: string;
}

interface Facts {
  readonly capabilities: bigint;
  readonly goArch: string;
  readonly kernel: readonly [number, number];
}

const GO_ARCH: Readonly<Record<HostArch, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

/** Decides a profile file's conditions for one container, and returns the plain OCI profile that remains. */
export function resolveProfile(file: SeccompProfileFile, subject: SeccompSubject): SeccompProfile {
  const { archMap, syscalls, ...rest } = file;
  const { capabilities } = subject;
  const facts: Facts = {
    capabilities: typeof capabilities === 'bigint' ? capabilities : capabilityMask(capabilities),
    goArch: GO_ARCH[subject.arch],
    kernel: kernelVersion(subject.kernelRelease),
  };
  const profile: SeccompProfile = { ...rest };
  const native = nativeAbi(subject.arch).name;
  const mapped = archMap?.find(({ architecture }) => architecture === native);
  if (mapped !== undefined) profile.architectures = [native, ...mapped.subArchitectures];
  if (syscalls !== undefined) profile.syscalls = syscalls.filter((rule) => applies(rule, facts)).map(plainRule);
  return profile;
}

function plainRule({ names, action, errnoRet, args }: ConditionalRule): SeccompRule {
  const rule: SeccompRule = { names, action };
  if (errnoRet !== undefined) rule.errnoRet = errnoRet;
  if (args !== undefined && args.length > 0) rule.args = args;
  return rule;
}

function applies({ includes = {}, excludes = {} }: ConditionalRule, facts: Facts): boolean {
  return included(includes, facts) && !excluded(excludes, facts);
}

function included({ caps = [], arches = [], minKernel }: RuleFilter, facts: Facts): boolean {
  if (arches.length > 0 && !arches.includes(facts.goArch)) return false;
  if (!caps.every((cap) => hasCapability(cap, facts))) return false;
  return minKernel === undefined || kernelReaches(minKernel, facts);
}

function excluded({ caps = [], arches = [], minKernel }: RuleFilter, facts: Facts): boolean {
  if (arches.includes(facts.goArch)) return true;
  if (caps.some((cap) => hasCapability(cap, facts))) return true;
  return minKernel !== undefined && kernelReaches(minKernel, facts);
}

// A capability that is newer than our table is one that no container of ours has.
function hasCapability(name: string, { capabilities }: Facts): boolean {
  const number = capabilityNumber(name);
  return number !== undefined && (capabilities & (1n << BigInt(number))) !== 0n;
}

function kernelReaches(minKernel: string, { kernel }: Facts): boolean {
  const [major, minor] = kernelVersion(minKernel);
  return kernel[0] > major || (kernel[0] === major && kernel[1] >= minor);
}

function kernelVersion(release: string): readonly [number, number] {
  const match = /^(\d+)\.(\d+)/.exec(release);
  return match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
}
