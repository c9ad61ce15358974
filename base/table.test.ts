import { expect, test } from 'bun:test';
import { formatTable } from './table.ts';

test('columns are at least 12 wide and the last one is not padded', () => {
  expect(
    formatTable([
      ['CONTAINER ID', 'IMAGE', 'NAMES'],
      ['0123456789ab', 'a-rather-long-image', 'x'],
    ]),
  ).toBe('CONTAINER ID  IMAGE                NAMES\n0123456789ab  a-rather-long-image  x\n');
});

test('widths are terminal columns', () => {
  expect(
    formatTable(
      [
        ['日本', 'x'],
        ['abc', 'y'],
      ],
      { minWidth: 0, padding: 1 },
    ),
  ).toBe('日本 x\nabc  y\n');
});

test('no lines make no text', () => {
  expect(formatTable([])).toBe('');
});
