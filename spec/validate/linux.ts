import {
  absolutePath,
  accepted,
  flag,
  integer,
  list,
  matching,
  object,
  oneOf,
  record,
  specFault,
  text,
  type Decoder,
} from '../decode.ts';
import type { Device, Linux } from '../runtime.ts';
import { idMappings } from './mounts.ts';
import { i64, id, u32 } from './numbers.ts';
import { resources } from './resources.ts';
import { seccomp } from './seccomp.ts';

const namespaceType = oneOf('pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time');
const offset = object({ secs: i64, nanosecs: integer(0, 999_999_999) });
const deviceShape = object(
  {
    type: oneOf('c', 'b', 'u', 'p'),
    path: absolutePath,
    major: u32,
    minor: u32,
    // Go programs write the whole st_mode.
    fileMode: integer(0, 0o177777),
    uid: id,
    gid: id,
  },
  ['type', 'path'],
);

/** "major, minor (REQUIRED unless type is p)". */
const device: Decoder<Device> = (value, path) => {
  const decoded = deviceShape(value, path);
  for (const field of ['major', 'minor'] as const) {
    if (decoded.type !== 'p' && decoded[field] === undefined) throw specFault(`${path}.${field}`, 'it is missing');
  }
  return decoded.fileMode === undefined ? decoded : { ...decoded, fileMode: decoded.fileMode & 0o7777 };
};

/** No part may be empty or "..", as a sysctl's name becomes a path below /proc/sys. */
function sysctlKey(key: string): string | undefined {
  const parts = key.split(/[./]/);
  return parts.length > 1 && parts.every((part) => /^[\w:@-]+$/.test(part)) ? undefined : 'that is no name of a sysctl';
}

/** dev_valid_name of net/core/dev.c; an empty new name is none. */
const INTERFACE_NAME = /^(?!\.\.?$)[^\s/:]{0,15}$/;

function interfaceKey(name: string): string | undefined {
  return name !== '' && INTERFACE_NAME.test(name) ? undefined : 'that is no name of a network interface';
}

const cgroupsPath: Decoder<string> = (value, path) => {
  const decoded = text(value, path);
  if (decoded.split('/').includes('..')) throw specFault(path, `"${decoded}" leads out of where it begins`);
  return decoded;
};

const shape = object({
  namespaces: list(object({ type: namespaceType, path: text }, ['type'])),
  uidMappings: idMappings,
  gidMappings: idMappings,
  timeOffsets: object({ monotonic: offset, boottime: offset }),
  devices: list(device),
  netDevices: record(object({ name: matching(INTERFACE_NAME, 'the name of a network interface') }), interfaceKey),
  cgroupsPath,
  resources,
  intelRdt: object({
    closID: matching(/^(?:\/|(?!\.\.?$)[^/\n]+)$/, 'the name of a directory in resctrl, or "/"'),
    schemata: list(text),
    l3CacheSchema: text,
    memBwSchema: accepted((line) => line.startsWith('MB:') && !line.includes('\n'), 'a line that begins with "MB:"'),
    enableMonitoring: flag,
  }),
  memoryPolicy: object({ mode: text, nodes: text, flags: list(text) }, ['mode']),
  sysctl: record(text, sysctlKey),
  seccomp,
  rootfsPropagation: matching(/^r?(?:shared|slave|private|unbindable)$|^$/, 'a propagation such as rslave'),
  maskedPaths: list(absolutePath),
  readonlyPaths: list(absolutePath),
  mountLabel: text,
  personality: object({ domain: oneOf('LINUX', 'LINUX32'), flags: list(text) }, ['domain']),
});

/** runtime-spec, config-linux.md. */
export const linux: Decoder<Linux> = (value, path) => {
  const decoded = shape(value, path);
  const created = new Set<string>();
  const { namespaces = [] } = decoded;
  for (let index = 0; index < namespaces.length; index++) {
    const { type, path: joined } = namespaces[index]!;
    if (created.has(type)) throw specFault(`${path}.namespaces[${index}].type`, `"${type}" is listed twice`);
    if (joined) absolutePath(joined, `${path}.namespaces[${index}].path`);
    created.add(type);
  }
  const needs = (field: 'uidMappings' | 'gidMappings' | 'timeOffsets', type: 'user' | 'time') => {
    const given = decoded[field];
    const isGiven = Array.isArray(given) ? given.length > 0 : given !== undefined && Object.keys(given).length > 0;
    if (isGiven && !created.has(type))
      throw specFault(`${path}.${field}`, `there is no ${type} namespace among the namespaces`);
  };
  needs('uidMappings', 'user');
  needs('gidMappings', 'user');
  needs('timeOffsets', 'time');
  return decoded;
};
