import { readKernelFile } from './files.ts';

/** CPUs that are online: /sys/devices/system/cpu/online, such as `0-3,8`. */
export function cpuCount(): number {
  const ranges = (readKernelFile('/sys/devices/system/cpu/online') ?? '0').trim().split(',');
  return ranges.reduce((sum, range) => {
    const [first, last = first] = range.split('-').map(Number);
    return sum + last! - first! + 1;
  }, 0);
}
