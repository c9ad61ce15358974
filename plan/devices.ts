import { concatMap } from '../base/concat-map.ts';
import type { Device } from '../spec/runtime.ts';
import type { ParsedMount } from './parse-mounts.ts';
import { isBornInUserNamespace } from './namespaces.ts';
import type { Op } from './ops.ts';
import type { LaunchRequest } from './request.ts';
import { NONE, SLOT } from './slots.ts';
import { parentOf, type MountTargets } from './targets.ts';

/** runtime-spec, config-linux.md, "Default Devices". /dev/console comes with a terminal, /dev/ptmx is a link. */
const DEFAULT_DEVICES: readonly Device[] = [
  { path: '/dev/null', type: 'c', major: 1, minor: 3, fileMode: 0o666 },
  { path: '/dev/zero', type: 'c', major: 1, minor: 5, fileMode: 0o666 },
  { path: '/dev/full', type: 'c', major: 1, minor: 7, fileMode: 0o666 },
  { path: '/dev/random', type: 'c', major: 1, minor: 8, fileMode: 0o666 },
  { path: '/dev/urandom', type: 'c', major: 1, minor: 9, fileMode: 0o666 },
  { path: '/dev/tty', type: 'c', major: 5, minor: 0, fileMode: 0o666 },
];

/** runtime-spec, runtime-linux.md, "Dev symbolic links". */
const LINKS: readonly (readonly [path: string, target: string])[] = [
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
  ['/dev/ptmx', 'pts/ptmx'],
];

const TYPE_BITS = { c: 0o020000, u: 0o020000, b: 0o060000, p: 0o010000 } as const;

/** Child stage: device nodes and links in /dev. A /dev that is bound from outside is left as it is. */
export function makeDevices(mounts: readonly ParsedMount[], targets: MountTargets, request: LaunchRequest): Op[] {
  if (mounts.some(({ isBind, target }) => isBind && target === '/dev')) return [];
  const { spec, because, namespaces } = request;
  const asked = spec.linux?.devices ?? [];
  const standing = DEFAULT_DEVICES.filter(({ path }) => !asked.some((device) => device.path === path));
  const make = isBornInUserNamespace(namespaces) ? bindDevice : makeNode;
  return [
    ...targets.directory('/dev', 'runtime-spec: default devices'),
    ...concatMap(standing, (device) => make(device, 'runtime-spec: default devices', targets)),
    ...concatMap(asked, (device) =>
      make(device, because(`linux.devices[${device.path}]`, because('linux.devices')), targets),
    ),
    ...LINKS.map(([path, target]): Op => {
      return {
        op: 'symlink',
        stage: 'child',
        because: 'runtime-spec: dev symbolic links',
        at: SLOT.root,
        path,
        target,
        existOk: true,
      };
    }),
  ];
}

/** The terminal is bound there: a file is enough. */
export function makeConsole(targets: MountTargets): Op[] {
  return targets.file('/dev/console', 'process.terminal');
}

/** makedev(3). */
export function deviceNumber(major: number, minor: number): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return ((high & 0xfffn) << 8n) | (low & 0xffn) | ((low & ~0xffn) << 12n) | ((high & ~0xfffn) << 32n);
}

function makeNode(device: Device, because: string, targets: MountTargets): Op[] {
  const { path, type, major = 0, minor = 0, fileMode = 0o666, uid = 0, gid = 0 } = device;
  const mode = TYPE_BITS[type] | (fileMode & 0o7777);
  const number = deviceNumber(major, minor);
  const ops: Op[] = [
    ...targets.directory(parentOf(path), because),
    { op: 'mknod', stage: 'child', because, at: SLOT.root, path, mode, device: number, existOk: true },
  ];
  if (uid !== 0 || gid !== 0) ops.push({ op: 'chown', stage: 'child', because, at: SLOT.root, path, uid, gid });
  return ops;
}

/** mknod(2) is not for a user namespace: the host's node is bound in. */
function bindDevice({ path }: Device, because: string, targets: MountTargets): Op[] {
  return [
    ...targets.file(path, because),
    {
      op: 'bind',
      stage: 'child',
      because,
      sourceAt: NONE,
      source: path,
      at: SLOT.root,
      target: path,
      recursive: false,
      attrSet: 0,
      attrClear: 0,
      attrRecursive: false,
      propagation: 0,
      idMap: NONE,
      idMapRecursive: false,
      missingOk: false,
    },
  ];
}
