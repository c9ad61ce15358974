import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { DEVICE_ACCESS, DEVICE_TYPE } from '../../abi/device-filter/compile.ts';
import type { DeviceRule } from '../../spec/runtime.ts';
import { deviceRules, isWildcard, ruleText } from './device-rules.ts';
import { v1DeviceRules } from './v1-device-rules.ts';

const ALL: DeviceRule = { allow: true, type: 'a', access: 'rwm' };
const written = (...rules: DeviceRule[]) =>
  v1DeviceRules(rules).map((rule) => `${rule.allow ? 'allow' : 'deny'} ${ruleText(rule)}`);

test('a list of what is allowed stays as it is', () => {
  const rules = deviceRules({ devices: [{ allow: true, type: 'c', major: 10, minor: 229, access: 'rw' }] })!;
  expect(v1DeviceRules(rules)).toBe(rules);
});

test('rules for both types become two, as the kernel reads "a" as everything', () => {
  expect(written({ allow: true, major: 1, minor: 11, access: 'r' })).toEqual(['allow c 1:11 r', 'allow b 1:11 r']);
});

test('a wider rule takes back what was allowed one by one', () => {
  const rules: DeviceRule[] = [
    { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
    { allow: true, type: 'c', major: 11, access: 'r' },
    { allow: false, type: 'c', major: 10, access: 'w' },
  ];
  expect(written(...rules)).toEqual(['allow c 10:229 rw', 'allow c 11:* r', 'deny c 10:229 w']);
});

test('a part of what an earlier rule allows cannot be taken out', () => {
  const allowed: DeviceRule = { allow: true, type: 'c', major: 10, access: 'rwm' };
  const denied: DeviceRule = { allow: false, type: 'c', major: 10, minor: 237, access: 'rw' };
  expect(() => written(allowed, denied)).toThrow(
    'cannot plan "linux.resources.devices": cgroup v1 cannot take "c 10:237 rw" out of "c 10:* rwm" (hint: list the devices one by one)',
  );
  expect(() => written(ALL, { ...allowed, allow: false }, { ...denied, allow: true })).toThrow('cannot take');
});

test('what only may be made needs no rule to be denied', () => {
  const denied: DeviceRule = { allow: false, type: 'c', major: 10, minor: 237, access: 'rwm' };
  expect(written({ allow: true, type: 'c', access: 'm' }, denied)).toEqual(['allow c *:* m']);
});

type Kind = keyof typeof DEVICE_TYPE;
type Access = keyof typeof DEVICE_ACCESS;
interface Wanted {
  readonly type: Kind;
  readonly major: number;
  readonly minor: number;
  readonly access: Access;
}

const matches = (rule: DeviceRule, { type, major, minor, access }: Wanted) =>
  (rule.type === undefined || rule.type === 'a' || rule.type === type) &&
  (rule.major === undefined || rule.major === major) &&
  (rule.minor === undefined || rule.minor === minor) &&
  (rule.access || 'rwm').includes(access);

/** security/device_cgroup.c: exceptions by their exact numbers, on top of what holds for all others. */
function asTheKernel(lines: readonly DeviceRule[], wanted: Wanted): boolean {
  let base = false;
  const exceptions = new Map<string, Set<string>>();
  for (const line of lines) {
    if (line.type === 'a') {
      base = line.allow;
      exceptions.clear();
      continue;
    }
    const name = `${line.type} ${line.major}:${line.minor}`;
    const kinds = exceptions.get(name) ?? new Set();
    for (const kind of line.access || 'rwm') {
      if (line.allow === base) kinds.delete(kind);
      else kinds.add(kind);
    }
    exceptions.set(name, kinds);
  }
  const isException = [...exceptions].some(([name, kinds]) => {
    const [, type, major, minor] = /^(\w) (\w+):(\w+)$/.exec(name)!;
    const number = (text: string | undefined) => (text === 'undefined' ? undefined : Number(text));
    const rule = { allow: true, type, major: number(major), minor: number(minor), access: [...kinds].join('') || '-' };
    return matches(rule as DeviceRule, wanted);
  });
  return isException !== base;
}

test('what the kernel makes of it is what the last rule says', () => {
  const number = fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined });
  const rule = fc.record({
    allow: fc.boolean(),
    type: fc.constantFrom<('a' | Kind)[]>('a', 'b', 'c'),
    major: number,
    minor: number,
    access: fc.constantFrom('r', 'w', 'rw', 'rwm', ''),
  });
  const wanted = fc.record({
    type: fc.constantFrom<Kind[]>('b', 'c'),
    major: fc.integer({ min: 1, max: 3 }),
    minor: fc.integer({ min: 1, max: 3 }),
    access: fc.constantFrom<Access[]>('r', 'w'),
  });
  fc.assert(
    fc.property(fc.boolean(), fc.array(rule, { maxLength: 6 }), wanted, (startsWithAll, tail, asked) => {
      const rules = [...(startsWithAll ? [ALL] : []), ...(tail as DeviceRule[]).filter((one) => !isWildcard(one))];
      let lines: readonly DeviceRule[];
      try {
        lines = v1DeviceRules(rules);
      } catch {
        return;
      }
      const said = rules.findLast((one) => matches(one, asked))?.allow ?? false;
      expect(asTheKernel(lines, asked)).toBe(said);
    }),
  );
});
