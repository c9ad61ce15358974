import { DEFAULT_CAPABILITIES } from '../../abi/capability.ts';
import type { LaunchContext } from '../../plan/context.ts';
import type { Mount, NamespaceType, RuntimeSpec } from '../../spec/runtime.ts';

const HOME = '/var/lib/limpid/containers/lab';

export const CONTEXT: LaunchContext = {
  id: 'lab',
  rootfs: {
    kind: 'overlay',
    lower: ['/var/lib/limpid/layers/b', '/var/lib/limpid/layers/a'],
    upper: `${HOME}/upper`,
    work: `${HOME}/work`,
    merged: `${HOME}/merged`,
    volatile: false,
  },
  removeAfterwards: [],
  supervision: {
    stdin: false,
    log: { driver: 'k8s-file', path: `${HOME}/ctr.log`, maxBytes: 0, maxFiles: 1 },
    socketPath: '/run/limpid/lab/attach',
    startRecord: '/run/limpid/lab/start',
    startPrefix: 'BOOT 0',
    exitRecord: '/run/limpid/lab/exit',
    durable: false,
  },
  because: {},
  deadlineS: 0,
  bringLoopbackUp: true,
};

export const MOUNTS: readonly Mount[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536000'],
  },
  {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
  },
];

export function namespaces(...types: NamespaceType[]): { type: NamespaceType; path?: string }[] {
  return types.map((type) => ({ type }));
}

/** What `limpid run` asks for without options, in short. */
export const DEFAULT_SPEC = {
  ociVersion: '1.3.0',
  process: {
    cwd: '/',
    args: ['sh', '-c', 'echo "a b"'],
    env: ['PATH=/usr/bin:/bin', 'HOME=/root'],
    user: { uid: 0, gid: 0 },
    capabilities: capabilities(DEFAULT_CAPABILITIES),
  },
  root: { path: `${HOME}/merged` },
  hostname: 'lab',
  mounts: [...MOUNTS],
  linux: {
    namespaces: namespaces('pid', 'network', 'ipc', 'uts', 'cgroup', 'mount'),
    resources: { devices: [{ allow: false, access: 'rwm' }] },
    maskedPaths: ['/proc/kcore', '/sys/firmware'],
    readonlyPaths: ['/proc/sys'],
  },
} satisfies RuntimeSpec;

export function capabilities(
  names: readonly string[],
): NonNullable<NonNullable<RuntimeSpec['process']>['capabilities']> {
  return { bounding: [...names], effective: [...names], permitted: [...names] };
}

const { process, linux } = DEFAULT_SPEC;

export interface Case {
  readonly spec: RuntimeSpec;
  readonly context?: Partial<LaunchContext>;
}

/** One spec for each thing that a launch can be asked for. */
export const CASES: Readonly<Record<string, Case>> = {
  default: { spec: DEFAULT_SPEC },
  limits: {
    spec: {
      ...DEFAULT_SPEC,
      process: { ...process, oomScoreAdj: 500 },
      linux: {
        ...linux,
        resources: {
          memory: { limit: 134217728, swap: 268435456, reservation: 67108864 },
          cpu: { shares: 512, quota: 50000, period: 100000, burst: 10000, cpus: '0-1' },
          pids: { limit: 64 },
          blockIO: {
            weight: 500,
            throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1048576 }],
            throttleWriteIOPSDevice: [{ major: 8, minor: 0, rate: 100 }],
          },
          hugepageLimits: [{ pageSize: '2MB', limit: 2097152 }],
          devices: [{ allow: false }, { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' }],
        },
      },
    },
    context: {
      because: { 'linux.resources.memory.limit': '--memory 128m', 'linux.resources.cpu.quota': '--cpus 0.5' },
    },
  },
  'read-only-user-terminal': {
    spec: {
      ...DEFAULT_SPEC,
      domainname: 'example',
      root: { path: DEFAULT_SPEC.root.path, readonly: true },
      process: {
        ...process,
        args: ['./start', 'now'],
        cwd: '/home/alice',
        terminal: true,
        consoleSize: { height: 24, width: 80 },
        noNewPrivileges: true,
        user: { uid: 1000, gid: 1000, umask: 0o027, additionalGids: [10, 29] },
        capabilities: {
          ...capabilities(['CAP_NET_BIND_SERVICE']),
          inheritable: ['CAP_NET_BIND_SERVICE'],
          ambient: ['CAP_NET_BIND_SERVICE'],
        },
        rlimits: [
          { type: 'RLIMIT_NOFILE', soft: 1024, hard: 4096 },
          { type: 'RLIMIT_CORE', soft: 2 ** 64, hard: -1 },
        ],
        apparmorProfile: 'limpid-default',
      },
      mounts: [
        ...MOUNTS,
        { destination: '/tmp', type: 'tmpfs', options: ['nosuid', 'nodev', 'ro'] },
        {
          destination: '/tmp/cache',
          type: 'bind',
          source: '/srv/cache',
          options: ['rbind', 'rro', 'nosuid', 'rshared'],
        },
        {
          destination: '/etc/../etc//hosts',
          type: 'bind',
          source: '/run/limpid/lab/hosts',
          options: ['bind', 'ro', 'rprivate'],
        },
      ],
      linux: {
        ...linux,
        rootfsPropagation: 'rshared',
        seccomp: { defaultAction: 'SCMP_ACT_ALLOW', flags: ['SECCOMP_FILTER_FLAG_LOG'] },
        sysctl: { 'net.ipv4.ip_unprivileged_port_start': '0', 'kernel.shmmax': '65536' },
        devices: [{ path: '/dev/net/tun', type: 'c', major: 10, minor: 200, fileMode: 0o660, uid: 0, gid: 29 }],
      },
    },
    context: {
      sourceKinds: { '/srv/cache': 'directory', '/run/limpid/lab/hosts': 'file' },
      seccompProgram: Uint8Array.of(6, 0, 0, 0, 0, 0, 0xff, 0x7f),
    },
  },
  'user-and-time-namespace': {
    spec: {
      ...DEFAULT_SPEC,
      mounts: [...MOUNTS, { destination: '/data', type: 'bind', source: '/srv/data', options: ['rbind'] }],
      linux: {
        ...linux,
        namespaces: [
          ...namespaces('user', 'pid', 'ipc', 'uts', 'cgroup', 'mount', 'time'),
          { type: 'network', path: '/run/netns/blue' },
        ],
        uidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
        gidMappings: [{ containerID: 0, hostID: 200000, size: 65536 }],
        timeOffsets: { boottime: { secs: 3600 }, monotonic: { secs: -5, nanosecs: 1 } },
      },
    },
  },
  pod: {
    spec: {
      ...DEFAULT_SPEC,
      linux: {
        ...linux,
        cgroupsPath: 'kube/pod1//c1',
        namespaces: [
          ...namespaces('mount'),
          { type: 'pid', path: '/proc/77/ns/pid' },
          { type: 'network', path: '/proc/77/ns/net' },
          { type: 'ipc', path: '/proc/77/ns/ipc' },
          { type: 'uts', path: '/proc/77/ns/uts' },
          { type: 'user', path: '/proc/77/ns/user' },
        ],
      },
    },
    context: { rootfs: { kind: 'directory', path: '/srv/root' }, removeAfterwards: ['/run/limpid/lab'] },
  },
  privileged: {
    spec: {
      ...DEFAULT_SPEC,
      process: { ...process, capabilities: capabilities([...DEFAULT_CAPABILITIES, 'CAP_SYS_ADMIN', 'CAP_MKNOD']) },
      linux: {
        namespaces: namespaces('pid', 'uts', 'mount'),
        resources: { devices: [{ allow: true, access: 'rwm' }] },
        seccomp: { defaultAction: 'SCMP_ACT_ALLOW' },
      },
    },
    context: {
      seccompProgram: Uint8Array.of(6, 0, 0, 0, 0, 0, 0xff, 0x7f),
      afterwards: { path: '/usr/local/bin/limpid', argv: ['limpid', 'restart-policy', 'lab'] },
    },
  },
};
