import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { Plan } from '../../plan/ops.ts';
import { host, run, Scratch, supervised } from './native-harness.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.drop());

/** Runs `cat` on these bytes with this log in place of the usual one. */
async function logged(bytes: Uint8Array, driver: string, maxBytes = 0, maxFiles = 1): Promise<void> {
  writeFileSync(scratch.file('data'), bytes);
  const log = host({ op: 'log', driver, path: scratch.file('log'), maxBytes, maxFiles });
  const plan: Plan = supervised(scratch, `cat ${scratch.file('data')}`).map((op) => (op.op === 'log' ? log : op));
  const { control, monitor } = run(plan);
  control.rest();
  control.close();
  expect(await monitor.exited).toBe(0);
}

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}/;

test('k8s-file: time, stream, F for a whole line, P for the beginning of one', async () => {
  const before = Date.now();
  await logged(Buffer.from('one\n\n\tthree \u00fc\r\nfour'), 'k8s-file');
  const lines = scratch.text('log').split('\n');
  expect(lines.map((line) => line.replace(STAMP, 'T'))).toEqual([
    'T+00:00 stdout F one',
    'T+00:00 stdout F ',
    'T+00:00 stdout F \tthree \u00fc\r',
    'T+00:00 stdout P four',
    '',
  ]);
  const time = Date.parse(lines[0]!.split(' ')[0]!);
  expect(time).toBeWithin(before - 1, Date.now() + 1);
  expect(statSync(scratch.file('log')).mode & 0o777).toBe(0o640);
});

test('a line of more than 16 KiB is cut into parts of 16 KiB', async () => {
  await logged(Buffer.from(`${'x'.repeat(40_000)}\nend\n`), 'k8s-file');
  const lines = scratch
    .text('log')
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(STAMP, 'T').split(' '));
  expect(lines.map(([, , tag, text]) => [tag, text!.length])).toEqual([
    ['P', 16_384],
    ['P', 16_384],
    ['F', 7232],
    ['F', 3],
  ]);
});

test('json-file: the bytes Docker writes', async () => {
  await logged(Buffer.from('a "b" \\ </&>\t\u2028\u2029\u007f\u20ac\u{1f600}\r\nend'), 'json-file');
  const [first, second, rest] = scratch.text('log').split('\n');
  expect(first!.replace(/"time":"[^"]+Z"/, '"time":T')).toBe(
    String.raw`{"log":"a \"b\" \\ \u003c/\u0026\u003e\u0009\u2028\u2029` +
      '\u007f\u20ac\u{1f600}' +
      String.raw`\r\n","stream":"stdout","time":T}`,
  );
  expect(JSON.parse(first!).log).toBe('a "b" \\ </&>\t\u2028\u2029\u007f\u20ac\u{1f600}\r\n');
  expect(JSON.parse(first!).time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  expect(JSON.parse(second!)).toMatchObject({ log: 'end', stream: 'stdout' });
  expect(rest).toBe('');
});

test('json-file: every byte that is no UTF-8 becomes U+FFFD, as in Go', async () => {
  const CASES: [number[], string][] = [
    [[0xff], '\ufffd'],
    [[0xc0, 0x80], '\ufffd\ufffd'],
    [[0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
    [[0xf4, 0x90, 0x80, 0x80], '\ufffd\ufffd\ufffd\ufffd'],
    [[0xe2, 0x82, 0x41], '\ufffd\ufffdA'],
    [[0xf0, 0x9f, 0x98], '\ufffd\ufffd\ufffd'],
    [[0x80, 0xc3, 0xbc], '\ufffd\u00fc'],
    [[0xef, 0xbf, 0xbd], '\ufffd'],
    [[0xf4, 0x8f, 0xbf, 0xbf], '\u{10ffff}'],
    [[0], '\0'],
  ];
  await logged(Buffer.from(CASES.flatMap(([bytes]) => [...bytes, 10])), 'json-file');
  const logs = scratch
    .text('log')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).log);
  expect(logs).toEqual(CASES.map(([, text]) => `${text}\n`));
  // Replaced by whoever wrote the file, not by whoever reads it.
  expect(() => new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(scratch.file('log')))).not.toThrow();
});

test('json-file: a long line is not cut inside of a character', async () => {
  const text = `xx${'\u20ac'.repeat(8000)}`;
  await logged(Buffer.from(`${text}\n`), 'json-file');
  const logs = scratch
    .text('log')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).log as string);
  expect(logs.length).toBe(2);
  expect(Buffer.byteLength(logs[0]!)).toBeWithin(16_382, 16_385);
  expect(logs.join('')).toBe(`${text}\n`);
});

test('rotation by size: whole lines, the newest without a number, as many files as asked for', async () => {
  const numbers = Array.from({ length: 100 }, (_, i) => String(i + 1000));
  await logged(Buffer.from(`${numbers.join('\n')}\n`), 'k8s-file', 1000, 3);
  const read = (name: string) =>
    scratch
      .text(name)
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ').at(-1)!);
  for (const name of ['log', 'log.1', 'log.2']) expect(statSync(scratch.file(name)).size).toBeWithin(1, 1001);
  const kept = [...read('log.2'), ...read('log.1'), ...read('log')];
  expect(kept).toEqual(numbers.slice(-kept.length));
  expect(existsSync(scratch.file('log.3'))).toBe(false);
  // 50 bytes a line, and the limit is one that 20 lines meet exactly.
  expect(read('log.1')).toHaveLength(20);
});

test('rotation with one file starts it again', async () => {
  await logged(Buffer.from('1\n'.repeat(30)), 'k8s-file', 1000, 1);
  expect(statSync(scratch.file('log')).size).toBe(9 * 47);
  expect(existsSync(scratch.file('log.1'))).toBe(false);
});

test('a log goes on behind what an earlier run wrote', async () => {
  writeFileSync(scratch.file('log'), 'before\n');
  await logged(Buffer.from('after\n'), 'k8s-file');
  expect(scratch.text('log')).toMatch(/^before\n\S+ stdout F after\n$/);
});

test('none: no file', async () => {
  await logged(Buffer.from('x\n'), 'none');
  expect(existsSync(scratch.file('log'))).toBe(false);
});
