import { LimpidError } from '../base/error.ts';

/** Every capability Linux knows (up to 6.18), at the index that is its number in <linux/capability.h>. */
export const CAPABILITIES = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_LINUX_IMMUTABLE',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_BROADCAST',
  'CAP_NET_ADMIN',
  'CAP_NET_RAW',
  'CAP_IPC_LOCK',
  'CAP_IPC_OWNER',
  'CAP_SYS_MODULE',
  'CAP_SYS_RAWIO',
  'CAP_SYS_CHROOT',
  'CAP_SYS_PTRACE',
  'CAP_SYS_PACCT',
  'CAP_SYS_ADMIN',
  'CAP_SYS_BOOT',
  'CAP_SYS_NICE',
  'CAP_SYS_RESOURCE',
  'CAP_SYS_TIME',
  'CAP_SYS_TTY_CONFIG',
  'CAP_MKNOD',
  'CAP_LEASE',
  'CAP_AUDIT_WRITE',
  'CAP_AUDIT_CONTROL',
  'CAP_SETFCAP',
  'CAP_MAC_OVERRIDE',
  'CAP_MAC_ADMIN',
  'CAP_SYSLOG',
  'CAP_WAKE_ALARM',
  'CAP_BLOCK_SUSPEND',
  'CAP_AUDIT_READ',
  'CAP_PERFMON',
  'CAP_BPF',
  'CAP_CHECKPOINT_RESTORE',
] as const;

export type CapabilityName = (typeof CAPABILITIES)[number];

/** What a container's root keeps unless told otherwise: podman's list, three fewer than Docker's. */
export const DEFAULT_CAPABILITIES: readonly CapabilityName[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_SETFCAP',
];

/** The mask of every capability in the table. */
export const ALL_CAPABILITIES = (1n << BigInt(CAPABILITIES.length)) - 1n;

const NUMBERS: ReadonlyMap<string, number> = new Map(CAPABILITIES.map((name, number) => [name, number]));

/** A capability's number, or undefined for a name that is not in the table. Exact names only. */
export function capabilityNumber(name: string): number | undefined {
  return NUMBERS.get(name);
}

/**
 * Parses a name as users write it: any case, with or without `CAP_`.
 * Throws LimpidError `ECAPABILITY` for an unknown one.
 */
export function parseCapability(text: string): CapabilityName {
  const upper = text.toUpperCase();
  const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  const number = NUMBERS.get(name);
  if (number === undefined) {
    throw new LimpidError({
      code: 'ECAPABILITY',
      doing: 'parse',
      subject: `capability "${text}"`,
      why: 'Linux has no capability of that name',
      hint: 'names are as in capabilities(7), such as NET_ADMIN or CAP_NET_ADMIN',
    });
  }
  return CAPABILITIES[number]!;
}

/** Parses a list of names to a mask; `ALL` (any case) stands for every capability. */
export function parseCapabilityMask(words: readonly string[]): bigint {
  let mask = 0n;
  for (const word of words) {
    mask |= word.toUpperCase() === 'ALL' ? ALL_CAPABILITIES : bit(NUMBERS.get(parseCapability(word))!);
  }
  return mask;
}

/** The mask of exact names, as a runtime spec holds them. Throws like `parseCapability`. */
export function capabilityMask(names: readonly string[]): bigint {
  let mask = 0n;
  for (const name of names) mask |= bit(NUMBERS.get(name) ?? NUMBERS.get(parseCapability(name))!);
  return mask;
}

/** The names in a mask, by number. Bits that are newer than the table are left out: see `unknownCapabilityBits`. */
export function capabilityNames(mask: bigint): CapabilityName[] {
  return CAPABILITIES.filter((_, number) => (mask & bit(number)) !== 0n);
}

/** The part of a mask, as /proc/PID/status shows it, that the table has no names for. */
export function unknownCapabilityBits(mask: bigint): bigint {
  return mask & ~ALL_CAPABILITIES;
}

function bit(number: number): bigint {
  return 1n << BigInt(number);
}
