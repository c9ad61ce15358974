import { readKernelFile } from './files.ts';

/** Clock ticks a second in /proc/PID/stat: USER_HZ, which is 100 on every architecture that Linux shows to users. */
export const TICKS_PER_SECOND = 100;

/** Seconds since the boot: proc_uptime(5). */
export function uptimeS(): number {
  return Number((readKernelFile('/proc/uptime') ?? '0').split(' ')[0]);
}
