import { O_CLOEXEC, O_DIRECTORY, O_RDONLY, openFlagsOn } from '../abi/flags/open.ts';
import { hostArch } from './arch.ts';
import { cString, libc, ptr } from './libc.ts';

/** How many names a directory holds besides `.` and `..`; 0 where there is none. Reads no name. */
export function countEntries(path: string): number {
  const fd = libc.open(ptr(cString(path)), openFlagsOn(hostArch, O_RDONLY | O_DIRECTORY | O_CLOEXEC), 0);
  if (fd < 0) return 0;
  const chunk = new Uint8Array(32768);
  let count = 0;
  for (;;) {
    const got = Number(libc.getdents64(fd, ptr(chunk), chunk.length));
    if (got <= 0) break;
    // struct linux_dirent64: its length at 16, as 16 bits.
    for (let at = 0; at < got; at += chunk[at + 16]! + 256 * chunk[at + 17]!) count++;
  }
  libc.close(fd);
  return Math.max(0, count - 2);
}
