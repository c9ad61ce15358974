/** Namespace types by the runtime-spec's names (`network`, `mount`), which are not the kernel's (`net`, `mnt`). */
export type NamespaceType = 'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'user' | 'cgroup' | 'time';

/** The file below /proc/PID/ns of each namespace type. */
export const NAMESPACE_FILE: Readonly<Record<NamespaceType, string>> = {
  pid: 'pid',
  network: 'net',
  mount: 'mnt',
  ipc: 'ipc',
  uts: 'uts',
  user: 'user',
  cgroup: 'cgroup',
  time: 'time',
};
