import { expect, test } from 'bun:test';
import { parseMountinfo } from './mountinfo.ts';

test('fields with and without optional ones, and escaped names', () => {
  const text =
    '36 35 98:0 /mnt1 /mnt/a\\040b\\134c rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue\n' +
    '37 35 0:5 / /run rw - tmpfs tmpfs rw\n';
  expect(parseMountinfo(text)).toEqual([
    {
      id: 36,
      parentId: 35,
      root: '/mnt1',
      mountPoint: '/mnt/a b\\c',
      options: ['rw', 'noatime'],
      type: 'ext3',
      source: '/dev/root',
      superOptions: ['rw', 'errors=continue'],
    },
    {
      id: 37,
      parentId: 35,
      root: '/',
      mountPoint: '/run',
      options: ['rw'],
      type: 'tmpfs',
      source: 'tmpfs',
      superOptions: ['rw'],
    },
  ]);
});

test('what is no mount is passed over', () => expect(parseMountinfo('\n1 2 3:4 / /\n')).toEqual([]));
