/** open(2) flags, asm-generic values as on x86_64; `openFlagsOn` translates them for other architectures. */
export const O_RDONLY = 0;
export const O_WRONLY = 0o1;
export const O_RDWR = 0o2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NOCTTY = 0o400;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_DIRECT = 0o40000;
export const O_DIRECTORY = 0o200000;
export const O_NOFOLLOW = 0o400000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;

const ARM64: readonly (readonly [number, number])[] = [
  [O_DIRECT, 0o200000],
  [O_DIRECTORY, 0o40000],
  [O_NOFOLLOW, 0o100000],
];

/** The same flags as the given architecture numbers them: arm64 permutes O_DIRECT, O_DIRECTORY and O_NOFOLLOW. */
export function openFlagsOn(arch: 'x86_64' | 'aarch64', flags: number): number {
  if (arch === 'x86_64') return flags;
  let kept = flags;
  let moved = 0;
  for (const [generic, arm] of ARM64) {
    if ((flags & generic) === 0) continue;
    kept &= ~generic;
    moved |= arm;
  }
  return kept | moved;
}
