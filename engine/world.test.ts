import { expect, test } from 'bun:test';
import { World } from './world.ts';

test('its directories are absolute, and in one spelling', () => {
  const { root, runroot } = new World({ root: 'here/../there', runroot: '/a//b/./c/' });
  expect([root, runroot]).toEqual([`${process.cwd()}/there`, '/a/b/c']);
  expect(new World({ root: '/x', runroot: '/y/.z' })).toMatchObject({ root: '/x', runroot: '/y/.z' });
});

test('a directory without a name is none', () => {
  expect(() => new World({ root: '' })).toThrow('cannot use --root "": a directory is wanted');
  expect(() => new World({ runroot: '' })).toThrow('cannot use --runroot "": a directory is wanted');
});
