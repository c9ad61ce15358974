import type { DeviceConfig } from '../../engine/config.ts';
import { optionError } from '../parse/option-error.ts';
import { cleanPath, type CreateRequest } from './request.ts';

const PERMISSIONS = /^[rwm]{1,3}$/;
const RULE = /^[acb] (?:\d+|\*):(?:\d+|\*) [rwm]{1,3}$/;

/** `--device HOST[:INSIDE][:rwm]`. */
export function translateDevices(request: CreateRequest): DeviceConfig[] {
  const devices = request.options.device.map(parseDevice);
  for (const { path, hostPath } of devices) {
    const flag = `--device ${hostPath === path ? path : `${hostPath}:${path}`}`;
    request.note(`linux.devices[${path}]`, flag);
  }
  request.because('linux.resources.devices', 'device', 'device-cgroup-rule');
  return devices;
}

/** `--device-cgroup-rule 'c 1:3 rwm'`, as they stand. */
export function translateDeviceRules({ options }: CreateRequest): readonly string[] {
  const wrong = options['device-cgroup-rule'].find((rule) => !RULE.test(rule));
  if (wrong !== undefined)
    throw optionError(`${JSON.stringify(wrong)} for --device-cgroup-rule`, 'a rule such as "c 1:3 rwm" is wanted');
  return options['device-cgroup-rule'];
}

function parseDevice(text: string): DeviceConfig {
  const [hostPath, second, third, ...rest] = text.split(':');
  const onlyPermissions = second !== undefined && third === undefined && !second.startsWith('/');
  const path = second === undefined || onlyPermissions ? hostPath! : second;
  const permissions = (onlyPermissions ? second : third) ?? 'rwm';
  const fits = rest.length === 0 && hostPath!.startsWith('/') && path.startsWith('/') && PERMISSIONS.test(permissions);
  if (!fits || new Set(permissions).size !== permissions.length) {
    throw optionError(`${JSON.stringify(text)} for --device`, 'HOST[:INSIDE][:rwm] with absolute paths is wanted');
  }
  return { hostPath: cleanPath(hostPath!), path: cleanPath(path), permissions };
}
