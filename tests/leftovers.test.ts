import { expect, test } from 'bun:test';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { compareLeftovers, snapshotLeftovers } from './leftovers.ts';

test('a file of ours is found, and seen to be gone', () => {
  const before = snapshotLeftovers();
  const directory = mkdtempSync('/tmp/limpid-leftover-');
  const during = snapshotLeftovers();
  rmdirSync(directory);
  expect(compareLeftovers(before, during)).toContain(`left: file ${directory}`);
  expect(compareLeftovers(during, snapshotLeftovers())).toContain(`gone: file ${directory}`);
});

test('a process of ours that ended is no loss', () => {
  expect(compareLeftovers(['process 7 started 1: a', 'mount /x'], [])).toEqual(['gone: mount /x']);
});
