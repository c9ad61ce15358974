import type { DeviceRule, Resources } from '../../spec/runtime.ts';

const RWM = 'rwm';

/** Devices that the runtime spec has every container provided with: their nodes, /dev/pts, and nodes that nobody may open. */
const ALWAYS: readonly DeviceRule[] = [
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  ...[3, 5, 7, 8, 9].map((minor): DeviceRule => ({ allow: true, type: 'c', major: 1, minor, access: RWM })),
  { allow: true, type: 'c', major: 5, minor: 0, access: RWM },
  { allow: true, type: 'c', major: 5, minor: 2, access: RWM },
  { allow: true, type: 'c', major: 136, access: RWM },
];

/**
 * The rules that hold, in order, on top of "everything is denied"; undefined where everything is allowed.
 * No rules in the spec means denied too: a container that may open any disk must say so.
 */
export function deviceRules({ devices = [] }: Resources): readonly DeviceRule[] | undefined {
  const reset = devices.findLastIndex(isWildcard);
  const last = devices[reset];
  const behind = devices.slice(reset + 1);
  if (last?.allow && !behind.some(({ allow }) => !allow)) return undefined;
  if (last?.allow) return [{ allow: true, type: 'a', access: RWM }, ...behind];
  const given = new Set(behind.map(ruleText));
  return [...ALWAYS.filter((rule) => !given.has(ruleText(rule))), ...behind];
}

/** A line for v1's devices.allow and devices.deny (admin-guide/cgroup-v1/devices.rst). */
export function ruleText({ type = 'a', major, minor, access }: DeviceRule): string {
  const number = (value: number | undefined): string => (value === undefined || value < 0 ? '*' : String(value));
  return `${type} ${number(major)}:${number(minor)} ${access || RWM}`;
}

export function isWildcard({ type = 'a', major = -1, minor = -1, access }: DeviceRule): boolean {
  if (type !== 'a' || major >= 0 || minor >= 0) return false;
  const granted = access || RWM;
  return granted.includes('r') && granted.includes('w') && granted.includes('m');
}
