import { expect, test } from 'bun:test';
import { entryName } from './entry-name.ts';

test.each([
  ['a', 'a'],
  ['./a', 'a'],
  ['ab/', 'ab'],
  ['a//b', 'a/b'],
  ['./a/b/', 'a/b'],
  ['/a', 'a'],
  ['.//a//b', 'a/b'],
  ['./a/./b', 'a/b'],
  ['./.hidden', '.hidden'],
  ['./a/.b/', 'a/.b'],
  ['...', '...'],
  ['.', ''],
  ['./', ''],
  ['/', ''],
  ['//', ''],
])('"%s" is "%s"', (path, name) => {
  expect(entryName(path)).toBe(name);
});

test.each(['..', '../a', './..', './../a', 'a/..', './a/../', './a/../b'])('"%s" leads upwards', (path) => {
  expect(() => entryName(path)).toThrow(`the name "${path}" leads upwards`);
});
