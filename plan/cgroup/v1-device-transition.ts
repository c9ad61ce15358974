import type { DeviceRule } from '../../spec/runtime.ts';
import { ruleText } from './device-rules.ts';

/** What is written into devices.allow or devices.deny. */
export interface DeviceLine {
  readonly allow: boolean;
  readonly text: string;
}

/**
 * From a list of exceptions to "everything is denied" (lines of devices.list) to what these rules make of it, by nothing
 * but the differences: the kernel takes no rule for everything of a cgroup that has children
 * (security/device_cgroup.c, devcgroup_update_access). Undefined where the rules begin by allowing everything.
 */
export function deviceTransition(present: readonly string[], rules: readonly DeviceRule[]): DeviceLine[] | undefined {
  if (rules[0]?.allow && (rules[0].type ?? 'a') === 'a') return undefined;
  const before = new Map<string, string>();
  for (const line of present) grant(before, line);
  const after = new Map<string, string>();
  for (const rule of rules) (rule.allow ? grant : withdraw)(after, ruleText(rule));
  return [...differences(before, after, false), ...differences(after, before, true)];
}

/** What the one has and the other has not. */
function* differences(
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
  allow: boolean,
): Generator<DeviceLine> {
  for (const [numbers, access] of from) {
    const rest = [...access].filter((one) => !(to.get(numbers) ?? '').includes(one)).join('');
    if (rest !== '') yield { allow, text: `${numbers} ${rest}` };
  }
}

function grant(list: Map<string, string>, line: string): void {
  const [numbers, access] = split(line);
  list.set(numbers, [...'rwm'].filter((one) => `${list.get(numbers) ?? ''}${access}`.includes(one)).join(''));
}

function withdraw(list: Map<string, string>, line: string): void {
  const [numbers, access] = split(line);
  list.set(numbers, [...(list.get(numbers) ?? '')].filter((one) => !access.includes(one)).join(''));
}

function split(line: string): [numbers: string, access: string] {
  const space = line.lastIndexOf(' ');
  return [line.slice(0, space), line.slice(space + 1)];
}
