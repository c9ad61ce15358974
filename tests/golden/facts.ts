import type { HostFacts } from '../../plan/facts.ts';

const ROOT: Omit<HostFacts, 'cgroup'> = {
  arch: 'x86_64',
  kernelRelease: '6.1.0',
  bootId: '0b7c0e5e-3b1f-4e0e-9d0e-4c1f6a3d2b1a',
  uid: 0,
  capabilities: 0x1ffffffffffn,
  lastCapability: 40,
  rlimits: {},
  pageSize: 4096,
};

const V1_CONTROLLERS = [
  'cpu,cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'hugetlb',
  'net_cls,net_prio',
  'name=systemd',
];

const V1_CGROUP: Omit<HostFacts['cgroup'], 'mode'> = {
  unifiedControllers: [],
  hierarchies: V1_CONTROLLERS.map((names) => ({
    mountPoint: `/sys/fs/cgroup/${names.replace('name=', '')}`,
    controllers: names.split(','),
  })),
  cpus: '0-3',
  mems: '0',
  swapAccounting: true,
};

/** Controllers on v1, and cgroup2 beside them without any: Debian 10, Ubuntu 20.04. */
export const HYBRID: HostFacts = {
  ...ROOT,
  cgroup: { ...V1_CGROUP, mode: 'hybrid', unified: '/sys/fs/cgroup/unified' },
};

/** cgroup v1 alone. */
export const V1: HostFacts = { ...ROOT, cgroup: { ...V1_CGROUP, mode: 'v1' } };

/** cgroup v2 alone: what most users have. */
export const V2: HostFacts = {
  ...ROOT,
  cgroup: {
    mode: 'v2',
    unified: '/sys/fs/cgroup',
    unifiedControllers: ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'],
    hierarchies: [],
    cpus: '0-3',
    mems: '0',
    swapAccounting: true,
  },
};
