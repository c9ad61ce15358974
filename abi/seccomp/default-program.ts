import type { HostArch } from './syscall-abi.ts';
import { DECIDING_CAPABILITIES, PROGRAMS } from './default-program.gen.ts';

/**
 * The default profile's filter for a container with these capabilities, if it was compiled at build time:
 * for every set without capabilities that the profile asks about, the default set among them. Compiling
 * takes 8 ms in a fresh process, which a start would feel. Undefined otherwise.
 */
export function defaultProgram(arch: HostArch, capabilities: bigint): Uint8Array | undefined {
  const base64 = (capabilities & DECIDING_CAPABILITIES) === 0n ? PROGRAMS[arch] : undefined;
  return base64 === undefined ? undefined : Uint8Array.fromBase64(base64);
}
