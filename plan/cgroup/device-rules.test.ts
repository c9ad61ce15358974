import { expect, test } from 'bun:test';
import type { DeviceRule } from '../../spec/runtime.ts';
import { deviceRules, ruleText } from './device-rules.ts';

const ALWAYS = [
  'c *:* m',
  'b *:* m',
  'c 1:3 rwm',
  'c 1:5 rwm',
  'c 1:7 rwm',
  'c 1:8 rwm',
  'c 1:9 rwm',
  'c 5:0 rwm',
  'c 5:2 rwm',
  'c 136:* rwm',
];
const written = (devices?: DeviceRule[]) =>
  deviceRules(devices === undefined ? {} : { devices })?.map(
    (rule) => `${rule.allow ? 'allow' : 'deny'} ${ruleText(rule)}`,
  );
const allowed = (...texts: string[]) => texts.map((text) => `allow ${text}`);

test('no rules leave the devices that every container has', () => {
  expect(written()).toEqual(allowed(...ALWAYS));
  expect(written([])).toEqual(allowed(...ALWAYS));
});

test('a rule that denies all is where the list begins', () => {
  expect(
    written([
      { allow: true, type: 'c', major: 9, minor: 9 },
      { allow: false, access: 'rwm' },
    ]),
  ).toEqual(allowed(...ALWAYS));
});

test('what the spec names comes last, and once', () => {
  const fuse: DeviceRule = { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' };
  const zero: DeviceRule = { allow: true, type: 'c', major: 1, minor: 5, access: 'rwm' };
  const rest = ALWAYS.filter((text) => text !== 'c 1:5 rwm');
  expect(written([{ allow: false }, fuse, zero])).toEqual(allowed(...rest, 'c 10:229 rw', 'c 1:5 rwm'));
  expect(written([{ allow: false }, { allow: false, type: 'c', major: 1, minor: 3 }])).toEqual([
    ...allowed(...ALWAYS.filter((text) => text !== 'c 1:3 rwm')),
    'deny c 1:3 rwm',
  ]);
});

test('a rule that allows all needs nothing more', () => {
  expect(written([{ allow: true, access: 'rwm' }])).toBeUndefined();
  expect(written([{ allow: false }, { allow: true, type: 'a', major: -1, minor: -1 }])).toBeUndefined();
});

test('a rule that allows all but', () => {
  expect(written([{ allow: true }, { allow: false, type: 'b', major: 8 }])).toEqual([
    'allow a *:* rwm',
    'deny b 8:* rwm',
  ]);
});
