import { expect, test } from 'bun:test';
import { deviceTransition } from './v1-device-transition.ts';

const device = (allow: boolean, minor: number, access: string) => ({
  allow,
  type: 'c' as const,
  major: 1,
  minor,
  access,
});

test('only what differs is written, what goes before what comes', () => {
  const present = ['c 1:3 rwm', 'c 1:5 rw', 'b 8:0 r'];
  const rules = [device(true, 3, 'rwm'), device(true, 5, 'rm'), device(true, 7, 'rw'), device(false, 7, 'w')];
  expect(deviceTransition(present, rules)).toEqual([
    { allow: false, text: 'c 1:5 w' },
    { allow: false, text: 'b 8:0 r' },
    { allow: true, text: 'c 1:5 m' },
    { allow: true, text: 'c 1:7 r' },
  ]);
  expect(deviceTransition(['c 1:3 rwm'], [device(true, 3, 'rwm')])).toEqual([]);
});

test('everything is not a difference', () => {
  expect(deviceTransition([], [{ allow: true, type: 'a', access: 'rwm' }])).toBeUndefined();
});
