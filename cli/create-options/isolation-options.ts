import { DEFAULT_CONFIG } from '../../engine/default-config.ts';
import { groupOptions } from '../parse/option.ts';

/** What it sees of files. */
export const FILES_OPTIONS = groupOptions('Its files', {
  rootfs: { type: 'bool', help: 'The first argument is a directory to run in, not an image' },
  volume: {
    type: 'array',
    short: 'v',
    value: '[SOURCE:]DEST[:OPTIONS]',
    completion: 'directory',
    help: 'Show a directory or file of the host, or a volume, inside',
  },
  mount: {
    type: 'array',
    value: 'type=TYPE,KEY=VALUE...',
    help: 'Mount a bind, tmpfs, volume, image, ramfs, devpts or mqueue',
  },
  tmpfs: { type: 'array', value: 'DEST[:OPTIONS]', help: 'Mount an empty file system that lives in memory' },
  'volumes-from': {
    type: 'array',
    value: 'CONTAINER[:ro|rw]',
    completion: 'container',
    help: 'Show the binds and volumes of another container, too',
  },
  'read-only': { type: 'bool', help: 'Make its root file system read-only' },
  'read-only-tmpfs': {
    type: 'bool',
    default: DEFAULT_CONFIG.readOnlyTmpfs,
    help: 'With --read-only, keep /run, /tmp and /var/tmp writable',
  },
  'shm-size': { type: 'bytes', default: DEFAULT_CONFIG.shmSizeBytes, value: 'SIZE', help: 'Size of /dev/shm' },
  device: { type: 'slice', value: 'HOST[:INSIDE][:rwm]', completion: 'file', help: 'Let it use a device' },
  'device-cgroup-rule': { type: 'slice', value: "'TYPE MAJOR:MINOR rwm'", help: 'Allow devices by number' },
});

/** What it shares with the host and with other containers. */
export const NAMESPACE_OPTIONS = groupOptions('Its namespaces', {
  hostname: {
    type: 'string',
    noneWhenEmpty: true,
    short: 'h',
    value: 'NAME',
    help: 'Its host name; otherwise its short id',
  },
  domainname: { type: 'string', noneWhenEmpty: true, value: 'NAME', help: 'Its NIS domain name' },
  pid: { type: 'string', value: 'MODE', help: 'Process numbers: private, host, container:NAME, ns:PATH' },
  ipc: {
    type: 'string',
    value: 'MODE',
    help: 'System V IPC and /dev/shm: shareable, private, none, host, container:NAME, ns:PATH',
  },
  uts: { type: 'string', value: 'MODE', help: 'Host name: private, host, container:NAME, ns:PATH' },
  cgroupns: { type: 'string', value: 'MODE', help: 'View of cgroups: private, host, container:NAME, ns:PATH' },
  userns: {
    type: 'string',
    value: 'MODE',
    help: 'User numbers: host, private (with --uidmap), container:NAME, ns:PATH',
  },
  uidmap: { type: 'slice', value: 'INSIDE:HOST:COUNT', help: 'Map user numbers' },
  gidmap: { type: 'slice', value: 'INSIDE:HOST:COUNT', help: 'Map group numbers' },
  timens: { type: 'string', choices: ['private', 'host'], value: 'MODE', help: 'Clocks since boot: host, private' },
  'time-offset': {
    type: 'slice',
    value: 'monotonic=SECONDS,boottime=SECONDS',
    help: 'Shift its clocks; implies --timens private',
  },
});

/** What it may do. */
export const SECURITY_OPTIONS = groupOptions('Its rights', {
  'cap-add': { type: 'slice', value: 'CAPABILITY', help: 'Add a capability, such as NET_ADMIN, or ALL' },
  'cap-drop': { type: 'slice', value: 'CAPABILITY', help: 'Drop a capability, or ALL' },
  privileged: { type: 'bool', help: 'All capabilities and devices, no seccomp filter, nothing masked' },
  'security-opt': {
    type: 'array',
    value: 'OPTION',
    help: 'no-new-privileges, seccomp=FILE|unconfined, apparmor=NAME, label=KEY:VALUE, mask=PATHS, unmask=PATHS|ALL, proc-opts=OPTIONS',
  },
  sysctl: { type: 'slice', value: 'NAME=VALUE', help: 'Set a kernel parameter of its namespaces' },
});
