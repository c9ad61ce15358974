import { statPath } from '../kernel/file-status.ts';
import { writeFile } from '../kernel/files.ts';
import { currentGid, currentUid } from '../kernel/process.ts';
import type { Mount, NamespaceType, RuntimeSpec } from '../spec/runtime.ts';
import { OCI_VERSION } from './features.ts';
import { runtimeError } from './runtime-error.ts';

const CAPABILITIES = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'];
const MASKED = ['acpi', 'asound', 'kcore', 'keys', 'latency_stats', 'timer_list', 'timer_stats', 'sched_debug', 'scsi'];
const READ_ONLY = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger'];

export interface ExampleOptions {
  readonly rootless: boolean;
}

/** Writes config.json into a bundle. Throws EEXIST where there is one. */
export function writeExampleSpec(bundle: string, options: ExampleOptions): void {
  const path = `${bundle}/config.json`;
  if (statPath(path, { followLinks: false }) !== undefined) {
    throw runtimeError('EEXIST', 'write', `"${path}"`, 'file exists', 'remove it first');
  }
  writeFile(path, `${JSON.stringify(exampleSpec(options), null, 2)}\n`, { mode: 0o666, sync: false });
}

/** A shell on a terminal, in namespaces of its own: what `runc spec` writes. */
export function exampleSpec({ rootless }: ExampleOptions): RuntimeSpec {
  const types: NamespaceType[] = ['pid', ...(rootless ? [] : (['network'] as const)), 'ipc', 'uts', 'mount', 'cgroup'];
  return {
    ociVersion: OCI_VERSION,
    process: exampleProcess(),
    root: { path: 'rootfs', readonly: true },
    hostname: 'limpid',
    mounts: exampleMounts(rootless),
    linux: {
      ...(rootless ? ownIds() : {}),
      ...(rootless ? {} : { resources: { devices: [{ allow: false, access: 'rwm' }] } }),
      namespaces: [...types, ...(rootless ? (['user'] as const) : [])].map((type) => ({ type })),
      maskedPaths: [...MASKED.map((name) => `/proc/${name}`), '/sys/firmware', '/sys/devices/virtual/powercap'],
      readonlyPaths: READ_ONLY.map((name) => `/proc/${name}`),
    },
  };
}

function exampleProcess(): RuntimeSpec['process'] {
  return {
    terminal: true,
    user: { uid: 0, gid: 0 },
    args: ['sh'],
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
    cwd: '/',
    capabilities: { bounding: [...CAPABILITIES], effective: [...CAPABILITIES], permitted: [...CAPABILITIES] },
    rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
    noNewPrivileges: true,
  };
}

function ownIds(): NonNullable<RuntimeSpec['linux']> {
  const map = (hostID: number) => [{ containerID: 0, hostID, size: 1 }];
  return { uidMappings: map(currentUid()), gidMappings: map(currentGid()) };
}

function exampleMounts(rootless: boolean): Mount[] {
  const quiet = ['nosuid', 'noexec', 'nodev'];
  const sys: Mount = rootless
    ? { destination: '/sys', type: 'none', source: '/sys', options: ['rbind', ...quiet, 'ro'] }
    : { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...quiet, 'ro'] };
  const cgroup: Mount = {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: [...quiet, 'relatime', 'ro'],
  };
  const pts = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', ...(rootless ? [] : ['gid=5'])];
  return [
    { destination: '/proc', type: 'proc', source: 'proc' },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: pts },
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...quiet, 'mode=1777', 'size=65536k'] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: quiet },
    sys,
    ...(rootless ? [] : [cgroup]),
  ];
}
