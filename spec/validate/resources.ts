import {
  accepted,
  flag,
  integer,
  isMadeOf,
  list,
  matching,
  object,
  oneOf,
  record,
  text,
  type Decoder,
} from '../decode.ts';
import type { DeviceRule, Resources } from '../runtime.ts';
import { i64, limit, u16, u32, u64 } from './numbers.ts';

const ruleShape = object(
  {
    allow: flag,
    type: oneOf('a', 'b', 'c', ''),
    major: limit,
    minor: limit,
    access: accepted((access) => isMadeOf(access, 'rwm'), 'made of r, w and m'),
  },
  ['allow'],
);

/** A rule of the device cgroup. -1 and `''`, which Go programs write for "any", are left out. */
const deviceRule: Decoder<DeviceRule> = (value, path) => {
  const { allow, type, major, minor, access } = ruleShape(value, path);
  return {
    allow,
    ...(type === undefined || type === '' ? {} : { type }),
    ...(major === undefined || major === -1 ? {} : { major }),
    ...(minor === undefined || minor === -1 ? {} : { minor }),
    ...(access === undefined || access === '' ? {} : { access }),
  };
};

const device = { major: u32, minor: u32 };
const weightDevice = object({ ...device, weight: u16, leafWeight: u16 }, ['major', 'minor']);
const throttleDevices = list(object({ ...device, rate: u64 }, ['major', 'minor', 'rate']));
/** `0-3,7`, as cpuset(7) has it; the empty text changes nothing. */
const cpuList = matching(/^[\d,\s-]*$/, 'a list of numbers such as 0-3,7');

/** A file of cgroup v2, and nothing that leads out of the cgroup's directory. */
function unifiedKey(key: string): string | undefined {
  return /^[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)+$/.test(key) ? undefined : 'that is no file of a cgroup';
}

function rdmaDevice(name: string): string | undefined {
  return /^[\w-]+$/.test(name) ? undefined : 'that is no name of a device';
}

/** runtime-spec, config-linux.md, Control groups. */
export const resources: Decoder<Resources> = object({
  devices: list(deviceRule),
  memory: object({
    limit,
    reservation: limit,
    swap: limit,
    kernel: limit,
    kernelTCP: limit,
    swappiness: integer(0, 200),
    disableOOMKiller: flag,
    useHierarchy: flag,
    checkBeforeUpdate: flag,
  }),
  cpu: object({
    shares: u64,
    quota: i64,
    burst: u64,
    period: u64,
    realtimeRuntime: i64,
    realtimePeriod: u64,
    cpus: cpuList,
    mems: cpuList,
    idle: i64,
  }),
  pids: object({ limit: i64 }, ['limit']),
  blockIO: object({
    weight: u16,
    leafWeight: u16,
    weightDevice: list(weightDevice),
    throttleReadBpsDevice: throttleDevices,
    throttleWriteBpsDevice: throttleDevices,
    throttleReadIOPSDevice: throttleDevices,
    throttleWriteIOPSDevice: throttleDevices,
  }),
  hugepageLimits: list(
    object({ pageSize: matching(/^[1-9]\d*[KMG]B$/, 'a page size such as 2MB'), limit: u64 }, ['pageSize', 'limit']),
  ),
  network: object({
    classID: u32,
    priorities: list(
      object({ name: matching(/^[^\s/]+$/, 'a network interface'), priority: u32 }, ['name', 'priority']),
    ),
  }),
  rdma: record(object({ hcaHandles: u32, hcaObjects: u32 }), rdmaDevice),
  unified: record(text, unifiedKey),
});
