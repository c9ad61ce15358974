import { test } from 'bun:test';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  collectTests,
  describe,
  expect,
  test as kept,
} from './stand-in.ts';

test('tests are kept with their names and hooks, and run as often as wanted', async () => {
  const log: string[] = [];
  const tests = await collectTests(async () => {
    beforeAll(() => void log.push('once'));
    afterAll(() => void log.push('never'));
    beforeEach(() => void log.push('before'));
    afterEach(() => void log.push('after'));
    describe('group', () => {
      beforeEach(() => void log.push('inner'));
      kept.each([
        ['a', 1n],
        ['b', 2n],
      ] as const)('%s is %d', (...row) => void log.push(row.join('')));
    });
    kept('fails', async () => {
      throw new Error('as it should');
    });
  });
  expect(tests.map(({ name }) => name)).toEqual(['group > a is 1n #1', 'group > b is 2n #2', 'fails']);
  expect(log).toEqual([]);
  await tests[1]!.run();
  await tests[1]!.run();
  expect(log.splice(0)).toEqual(['once', 'before', 'inner', 'b2', 'after', 'before', 'inner', 'b2', 'after']);
  await expect(tests[2]!.run()).rejects.toThrow('as it should');
  expect(await collectTests(async () => {})).toEqual([]);
});
