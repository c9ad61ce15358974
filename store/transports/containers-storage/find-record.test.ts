import { expect, test } from 'bun:test';
import { findRecord, foundNames } from './find-record.ts';
import type { ImageRecord } from './records.ts';

const id = 'cafe'.repeat(16);
const names = ['docker.io/library/busybox:latest', 'localhost/lab:1'];
const RECORDS: readonly ImageRecord[] = [
  { id: 'b'.repeat(64), names: ['localhost/cafe:latest'], layer: '' },
  { id, names, layer: '' },
];

test.each([
  ['busybox', ['docker.io/library/busybox:latest']],
  ['docker.io/library/busybox', ['docker.io/library/busybox:latest']],
  ['lab:1', ['localhost/lab:1']],
  ['cafecafe', names],
  [`lab@${id}`, names],
])('"%s" is found, and called what it is called there', (text, expected) => {
  const found = findRecord(RECORDS, text)!;
  expect([found.id, foundNames(found, text)]).toEqual([id, expected]);
});

test('a name that looks like an id is one where no id begins so', () => {
  const [first] = RECORDS;
  expect(findRecord([first!], 'cafe')).toBe(first);
  expect(foundNames(first!, 'cafe')).toEqual(['localhost/cafe:latest']);
});

test('what is none is found by nothing', () => {
  expect([findRecord(RECORDS, 'lab'), findRecord(RECORDS, 'localhost/busybox')]).toEqual([undefined, undefined]);
});
