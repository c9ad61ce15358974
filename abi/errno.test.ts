import { expect, test } from 'bun:test';
import { describeErrno, errnoNumber } from './errno.ts';

test('describeErrno names and explains', () => {
  expect(describeErrno(1)).toEqual({ number: 1, name: 'EPERM', meaning: 'operation not permitted' });
  expect(describeErrno(13)).toEqual({ number: 13, name: 'EACCES', meaning: 'permission denied' });
  expect(describeErrno(38)).toEqual({ number: 38, name: 'ENOSYS', meaning: 'function not implemented' });
  expect(describeErrno(133)).toEqual({ number: 133, name: 'EHWPOISON', meaning: 'memory page has hardware error' });
});

test('a number without a name stays readable', () => {
  expect(describeErrno(41)).toEqual({ number: 41, name: 'E41', meaning: 'unknown error' });
  expect(describeErrno(524)).toEqual({ number: 524, name: 'E524', meaning: 'unknown error' });
});

test('errnoNumber goes back, aliases included', () => {
  for (let number = 1; number <= 133; number++) {
    const { name, meaning } = describeErrno(number);
    expect(errnoNumber(name)).toBe(meaning === 'unknown error' ? undefined : number);
  }
  expect(errnoNumber('EWOULDBLOCK')).toBe(11);
  expect(errnoNumber('ENOTSUP')).toBe(95);
  expect(errnoNumber('toString')).toBeUndefined();
});
