import { readKernelFile } from './files.ts';

/** uname(2)'s nodename, in this process's UTS namespace. */
export function hostHostname(): string {
  return (readKernelFile('/proc/sys/kernel/hostname') ?? '').trimEnd();
}
