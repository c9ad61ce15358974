import { LimpidError } from '../../base/error.ts';
import type { Device, DeviceRule } from '../../spec/runtime.ts';
import type { ContainerConfig, DeviceConfig } from '../config.ts';
import type { HostDevice, SpecInputs } from './inputs.ts';
import { cleanPath } from './paths.ts';
import type { Reasons } from './reasons.ts';

/** What every container may use: the nodes that a runtime makes in /dev, terminals, and mknod without opening. */
const DEFAULT_RULES: readonly DeviceRule[] = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  ...[
    [1, 3],
    [1, 5],
    [1, 7],
    [1, 8],
    [1, 9],
    [5, 0],
    // Not 5:1, the host's console: a container's /dev/console is a terminal of its own.
    [5, 2],
  ].map(([major, minor]): DeviceRule => ({ allow: true, type: 'c', major: major!, minor: minor!, access: 'rwm' })),
  // Every pseudo-terminal of the container's own devpts.
  { allow: true, type: 'c', major: 136, access: 'rwm' },
];

/** Made by every runtime, or part of the container's own devpts, so never taken from the host. */
const OWN_NODES = /^\/dev\/(?:null|zero|full|random|urandom|tty|console|ptmx|pts\/.*|shm\/.*|mqueue\/.*)$/;

export interface DevicePlan {
  readonly devices: Device[];
  readonly rules: DeviceRule[];
}

/**
 * Device nodes and the rules that let them be opened. Deny all, then the defaults, then `--device` and
 * `--device-cgroup-rule` in this order; a privileged container has every device of the host, and no rule against any.
 * Throws `ENODEVICE` where `--device` names none.
 */
export function planDevices(
  config: ContainerConfig,
  inputs: Pick<SpecInputs, 'hostDevices'>,
  reasons: Reasons,
): DevicePlan {
  const devices = new Map<string, Device>();
  const rules: DeviceRule[] = config.privileged ? [{ allow: true, access: 'rwm' }] : [...DEFAULT_RULES];
  if (config.privileged) for (const device of inputs.hostDevices) addPrivileged(devices, device, reasons);
  for (const wanted of config.devices) {
    for (const [path, device] of matchDevices(wanted, inputs.hostDevices)) {
      devices.set(path, deviceNode(path, device));
      reasons.note(`linux.devices[${path}]`, `--device ${wanted.hostPath}:${wanted.path}:${wanted.permissions}`);
      const { type, major, minor } = device;
      if (!config.privileged) rules.push({ allow: true, type, major, minor, access: wanted.permissions });
    }
  }
  for (const text of config.deviceRules) rules.push(parseDeviceRule(text));
  reasons.note('linux.resources.devices', config.privileged ? '--privileged' : 'default: deny all but what /dev holds');
  return { devices: [...devices.values()], rules: [...rules, ...(config.resources.devices ?? [])] };
}

function addPrivileged(devices: Map<string, Device>, device: HostDevice, reasons: Reasons): void {
  if (OWN_NODES.test(device.path)) return;
  devices.set(device.path, deviceNode(device.path, device));
  reasons.note(`linux.devices[${device.path}]`, '--privileged');
}

/** The device of that path, or all below it where it is a directory, each with its path in the container. */
function matchDevices(wanted: DeviceConfig, known: readonly HostDevice[]): [string, HostDevice][] {
  const hostPath = cleanPath(wanted.hostPath);
  const matches: [string, HostDevice][] = [];
  for (const device of known) {
    if (device.path === hostPath) matches.push([cleanPath(wanted.path), device]);
    else if (device.path.startsWith(`${hostPath}/`)) {
      matches.push([cleanPath(wanted.path + device.path.slice(hostPath.length)), device]);
    }
  }
  if (matches.length > 0) return matches;
  throw new LimpidError({
    code: 'ENODEVICE',
    doing: 'add',
    subject: `device "${wanted.hostPath}"`,
    why: 'this machine has no device of this path, nor below it',
  });
}

function deviceNode(path: string, { type, major, minor, mode, uid, gid }: HostDevice): Device {
  return { path, type, major, minor, fileMode: mode & 0o777, uid, gid };
}

/** Parses `--device-cgroup-rule`: `TYPE MAJOR:MINOR ACCESS`, such as `c 189:* rwm`. Throws `EOPTION`. */
export function parseDeviceRule(text: string): DeviceRule {
  const match = /^([abc])\s+(\d{1,7}|\*):(\d{1,7}|\*)\s+([rwm]{1,3})$/.exec(text.trim());
  if (match === null) {
    throw new LimpidError({
      code: 'EOPTION',
      doing: 'understand',
      subject: `device rule "${text}"`,
      hint: 'a rule is TYPE MAJOR:MINOR ACCESS, such as "c 189:* rwm"',
    });
  }
  const [, type, major, minor, access] = match as unknown as [string, 'a' | 'b' | 'c', string, string, string];
  return {
    allow: true,
    type,
    ...(major === '*' ? {} : { major: Number(major) }),
    ...(minor === '*' ? {} : { minor: Number(minor) }),
    access,
  };
}
