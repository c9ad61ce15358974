import { expect, test } from 'bun:test';
import { nativeAbi, syscallNumbers } from '../abi/seccomp/syscall-abi.ts';
import { hostArch } from './arch.ts';
import * as numbers from './syscall-numbers.ts';

test('they are those of the table that filters are compiled from', () => {
  const table = syscallNumbers(nativeAbi(hostArch));
  const expected = Object.keys(numbers).map((name): [string, number | undefined] => [
    name,
    table.get(name.slice('SYS_'.length).toLowerCase()),
  ]);
  expect<[string, number | undefined][]>(Object.entries(numbers)).toEqual(expected);
});
