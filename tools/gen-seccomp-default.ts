/** Writes abi/seccomp/default-program.gen.ts: the default seccomp profile, compiled for the default capabilities. */
import { encodeBpf } from '../abi/bpf/wire.ts';
import { capabilityMask } from '../abi/capability.ts';
import { compileSeccomp } from '../abi/seccomp/compile.ts';
import { DEFAULT_SECCOMP_PROFILE } from '../abi/seccomp/default-profile.ts';
import { resolveProfile } from '../abi/seccomp/resolve-profile.ts';
import type { HostArch } from '../abi/seccomp/syscall-abi.ts';

const asked = (DEFAULT_SECCOMP_PROFILE.syscalls ?? []).flatMap(({ includes, excludes }) => [
  ...(includes?.caps ?? []),
  ...(excludes?.caps ?? []),
]);

// The default profile has no rule that depends on the kernel's release, which the tests make sure of.
function program(arch: HostArch): string {
  const profile = resolveProfile(DEFAULT_SECCOMP_PROFILE, { capabilities: 0n, arch, kernelRelease: '' });
  return encodeBpf(compileSeccomp(profile, { arch })).toBase64();
}

const text = `// Made by tools/gen-seccomp-default.ts from abi/seccomp/default-profile.ts. Do not edit.
/** The capabilities that decide about some rule. PROGRAMS are for sets without any of them. */
export const DECIDING_CAPABILITIES = 0x${capabilityMask(asked).toString(16)}n;
export const PROGRAMS = {
  x86_64: '${program('x86_64')}',
  aarch64: '${program('aarch64')}',
} as const;
`;
await Bun.write(new URL('../abi/seccomp/default-program.gen.ts', import.meta.url), text);
