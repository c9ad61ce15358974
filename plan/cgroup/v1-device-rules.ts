import type { DeviceRule } from '../../spec/runtime.ts';
import { specError } from '../spec-error.ts';
import { isWildcard, ruleText } from './device-rules.ts';

/**
 * Rules as v1 has to be told them (admin-guide/cgroup-v1/devices.rst). The kernel keeps a list of exceptions, takes one
 * off that list only by its own numbers, and reads any line that begins with `a` as "everything". Throws LimpidError
 * `ESPEC` for a rule that takes a part out of an earlier one, which v1 cannot hold.
 */
export function v1DeviceRules(rules: readonly DeviceRule[]): readonly DeviceRule[] {
  const [first] = rules;
  if (first !== undefined && isWildcard(first)) return [first, ...exceptionsTo(first.allow, rules.slice(1))];
  // The common case: a list of what is allowed.
  return rules.every(({ allow, type = 'a' }) => allow && type !== 'a') ? rules : exceptionsTo(false, rules);
}

function exceptionsTo(base: boolean, rules: readonly DeviceRule[]): DeviceRule[] {
  const exceptions = new Map<string, DeviceRule>();
  const lines: DeviceRule[] = [];
  for (const rule of rules.flatMap(ofOneType)) {
    if (rule.allow === base) {
      lines.push(...takeBack(rule, exceptions));
      continue;
    }
    lines.push(rule);
    const name = numbers(rule);
    exceptions.set(name, {
      ...rule,
      access: pick((one) => `${accessOf(rule)}${exceptions.get(name)?.access ?? ''}`.includes(one)),
    });
  }
  return lines;
}

function takeBack(rule: DeviceRule, exceptions: Map<string, DeviceRule>): DeviceRule[] {
  const lines: DeviceRule[] = [];
  for (const [name, exception] of exceptions) {
    const shared = pick((one) => accessOf(rule).includes(one) && accessOf(exception).includes(one));
    if (shared === '' || !overlaps(rule, exception)) continue;
    if (covers(rule, exception)) {
      lines.push({ ...exception, allow: rule.allow, access: shared });
      const rest = pick((one) => accessOf(exception).includes(one) && !shared.includes(one));
      if (rest === '') exceptions.delete(name);
      else exceptions.set(name, { ...exception, access: rest });
    } else if (shared !== 'm') {
      // A node that nobody may open does no harm; so much for the rules that let every node be made.
      const why = `cgroup v1 cannot take "${ruleText(rule)}" out of "${ruleText(exception)}"`;
      throw specError('linux.resources.devices', why, 'list the devices one by one');
    }
  }
  return lines;
}

function ofOneType(rule: DeviceRule): DeviceRule[] {
  if (rule.type === 'b' || rule.type === 'c') return [rule];
  return [
    { ...rule, type: 'c' },
    { ...rule, type: 'b' },
  ];
}

function accessOf({ access }: DeviceRule): string {
  return access || 'rwm';
}

function numbers({ type, major, minor }: DeviceRule): string {
  return `${type} ${isAny(major) ? '*' : major}:${isAny(minor) ? '*' : minor}`;
}

function isAny(number: number | undefined): boolean {
  return number === undefined || number < 0;
}

function overlaps(a: DeviceRule, b: DeviceRule): boolean {
  const meets = (x: number | undefined, y: number | undefined) => isAny(x) || isAny(y) || x === y;
  return a.type === b.type && meets(a.major, b.major) && meets(a.minor, b.minor);
}

function covers(a: DeviceRule, b: DeviceRule): boolean {
  const holds = (x: number | undefined, y: number | undefined) => isAny(x) || x === y;
  return a.type === b.type && holds(a.major, b.major) && holds(a.minor, b.minor);
}

/** Of the three kinds of access those that are wanted. */
function pick(isWanted: (kind: string) => boolean): string {
  return [...'rwm'].filter(isWanted).join('');
}
