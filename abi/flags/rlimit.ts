/** Resource limit numbers: <asm-generic/resource.h>, the same on x86_64 and arm64. */
export const RLIMITS = {
  RLIMIT_CPU: 0,
  RLIMIT_FSIZE: 1,
  RLIMIT_DATA: 2,
  RLIMIT_STACK: 3,
  RLIMIT_CORE: 4,
  RLIMIT_RSS: 5,
  RLIMIT_NPROC: 6,
  RLIMIT_NOFILE: 7,
  RLIMIT_MEMLOCK: 8,
  RLIMIT_AS: 9,
  RLIMIT_LOCKS: 10,
  RLIMIT_SIGPENDING: 11,
  RLIMIT_MSGQUEUE: 12,
  RLIMIT_NICE: 13,
  RLIMIT_RTPRIO: 14,
  RLIMIT_RTTIME: 15,
} as const;

export type RlimitName = keyof typeof RLIMITS;

export const RLIM_INFINITY = 0xffffffffffffffffn;

/** The full name for `RLIMIT_NOFILE`, `nofile` or `NOFILE`, or undefined where there is no such limit. */
export function parseRlimitName(text: string): RlimitName | undefined {
  const upper = text.toUpperCase();
  const name = upper.startsWith('RLIMIT_') ? upper : `RLIMIT_${upper}`;
  return Object.hasOwn(RLIMITS, name) ? (name as RlimitName) : undefined;
}
