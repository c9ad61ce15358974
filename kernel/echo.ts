import { libc, ptr } from './libc.ts';

/** ioctl_tty(2) and termios(3), on the architectures that this program runs on. */
const TCGETS = 0x5401;
const TCSETS = 0x5402;
const ECHO = 0o10;
const LOCAL_FLAGS = 3;

/** Stops a terminal from showing what is typed; answers what brings that back. `undefined` where it is no terminal. */
export function stopEcho(fd: number): (() => void) | undefined {
  const before = new Uint32Array(16);
  if (libc.ioctl(fd, TCGETS, ptr(before)) !== 0) return undefined;
  const quiet = before.slice();
  quiet[LOCAL_FLAGS] = before[LOCAL_FLAGS]! & ~ECHO;
  libc.ioctl(fd, TCSETS, ptr(quiet));
  return () => void libc.ioctl(fd, TCSETS, ptr(before));
}
