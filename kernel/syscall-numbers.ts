import { hostArch } from './arch.ts';

/** Numbers of the system calls that libc has no function for, or none that Bun's FFI can call: asm/unistd.h. */
const onArm = hostArch === 'aarch64';

export const SYS_RT_SIGPROCMASK = onArm ? 135 : 14;
export const SYS_PWRITE64 = onArm ? 68 : 18;
export const SYS_SENDTO = onArm ? 206 : 44;
export const SYS_RECVFROM = onArm ? 207 : 45;
export const SYS_BIND = onArm ? 200 : 49;
export const SYS_LISTEN = onArm ? 201 : 50;
export const SYS_GETSOCKNAME = onArm ? 204 : 51;
export const SYS_SETSOCKOPT = onArm ? 208 : 54;
export const SYS_KILL = onArm ? 129 : 62;
export const SYS_FTRUNCATE = onArm ? 46 : 77;
export const SYS_STATFS = onArm ? 43 : 137;
export const SYS_PRCTL = onArm ? 167 : 157;
export const SYS_GETXATTR = onArm ? 8 : 191;
export const SYS_LISTXATTR = onArm ? 11 : 194;
export const SYS_LINKAT = onArm ? 37 : 265;
export const SYS_READLINKAT = onArm ? 78 : 267;
export const SYS_ACCEPT4 = onArm ? 242 : 288;
export const SYS_SYNC_FILE_RANGE = onArm ? 84 : 277;
export const SYS_PIPE2 = onArm ? 59 : 293;
export const SYS_GETRANDOM = onArm ? 278 : 318;
export const SYS_STATX = onArm ? 291 : 332;
export const SYS_PIDFD_SEND_SIGNAL = 424;
export const SYS_PIDFD_OPEN = 434;
export const SYS_OPENAT2 = 437;
