import { expect, test } from 'bun:test';
import * as numbers from './errno-numbers.ts';
import { errnoNumber } from './errno.ts';

test('they are those of the table of meanings', () => {
  const expected = Object.keys(numbers).map((name): [string, number | undefined] => [name, errnoNumber(name)]);
  expect<[string, number | undefined][]>(Object.entries(numbers)).toEqual(expected);
});
