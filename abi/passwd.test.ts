import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { groupEntries, parseId, passwdEntries } from './passwd.ts';

test('an ordinary passwd file', () => {
  const text = 'root:x:0:0:root:/root:/bin/bash\n# a comment\n\nalice:x:1000:100:Alice,,,:/home/alice:/bin/sh';
  expect([...passwdEntries(text)]).toEqual([
    { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' },
    { name: 'alice', uid: 1000, gid: 100, home: '/home/alice', shell: '/bin/sh' },
  ]);
});

test('a line whose ids are none is no entry, and never uid 0', () => {
  const bad = ['x', '-1', '+1', '0x0', '', ' ', '1e3', '4294967296', '2147483648', '99999999999999999999', '٣'];
  for (const id of bad) {
    expect([...passwdEntries(`eve:x:${id}:7::/:`)]).toEqual([]);
    expect([...passwdEntries(`eve:x:7:${id}::/:`)]).toEqual([]);
    expect([...groupEntries(`eve:x:${id}:a`)]).toEqual([]);
  }
});

test('short lines, NIS lines and lines with NUL are no entries', () => {
  const text = 'eve\neve:x\neve:x:0\n+:x:0:0::/:\n-eve:x:0:0::/:\n:x:0:0::/:\ne\0e:x:0:0::/:\nok:x:1:2';
  expect([...passwdEntries(text)]).toEqual([{ name: 'ok', uid: 1, gid: 2, home: '/', shell: '' }]);
});

test('a home that is no absolute path becomes /', () => {
  expect([...passwdEntries('a:x:1:1::home/a:\nb:x:2:2:::')].map(({ home }) => home)).toEqual(['/', '/']);
});

test('an ordinary group file', () => {
  expect([...groupEntries('wheel:x:10:alice,bob\r\nnone:x:11:\nshort:x:12\nodd:x:13:,a,,b,')]).toEqual([
    { name: 'wheel', gid: 10, members: ['alice', 'bob'] },
    { name: 'none', gid: 11, members: [] },
    { name: 'short', gid: 12, members: [] },
    { name: 'odd', gid: 13, members: ['a', 'b'] },
  ]);
});

test('ids end at 2^31-1', () => {
  expect(parseId('2147483647')).toBe(2147483647);
  expect(parseId('2147483648')).toBeUndefined();
  expect(parseId('007')).toBe(7);
});

test('law: any text yields only entries with ids in range', () => {
  const line = fc.stringMatching(/^[a-z0-9:+,\n-]{0,60}$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), line), (text) => {
      for (const { uid, gid } of passwdEntries(text)) {
        expect(Number.isInteger(uid) && uid >= 0 && uid <= 0x7fffffff).toBe(true);
        expect(Number.isInteger(gid) && gid >= 0 && gid <= 0x7fffffff).toBe(true);
      }
    }),
  );
});
