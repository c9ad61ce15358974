import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { watchDirectory } from './changes.ts';
import { parseJsonRecord } from './json-file.ts';
import { parseK8sRecord } from './k8s-file.ts';
import { LogReader } from './reader.ts';
import type { LogRecord } from './record.ts';
import { findTail } from './tail.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const TIME = '2026-01-02T03:04:05.000000006+00:00';
const ALL = { wants: () => true, isTooOld: () => false };
/** `out:abc` a whole line, `out+abc` a part of one. */
const show = (records: Iterable<LogRecord>) =>
  [...records].map(
    ({ stream, text, partial }) => `${stream.slice(3)}${partial ? '+' : ':'}${new TextDecoder().decode(text)}`,
  );
const line = (text: string) => {
  const [, stream, tag, rest] = /^(out|err)([:+])(.*)$/s.exec(text)!;
  return `${TIME} std${stream} ${tag === ':' ? 'F' : 'P'} ${rest}\n`;
};

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync('/tmp/limpid-logs-');
  path = `${directory}/ctr.log`;
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, ...lines: string[]) => writeFileSync(`${directory}/${name}`, lines.map(line).join(''));
const tail = (count: number) => {
  const reader = new LogReader(path, parseK8sRecord, findTail(path, parseK8sRecord, count, ALL));
  const shown = show(reader.available());
  reader.close();
  return shown;
};

describe('k8s-file records', () => {
  test('a line keeps its bytes, whatever they are', () => {
    const head = bytes(`${TIME} stderr F `);
    const text = Uint8Array.of(0x20, 0xff, 0xfe, 0x00, 0x1b, 0x5b, 0x20, 0x0d);
    const record = parseK8sRecord(new Uint8Array([...head, ...text]));
    expect(record).toEqual({ time: TIME, stream: 'stderr', text, partial: false });
  });
  test('an empty line, and a part of one', () => {
    expect(parseK8sRecord(bytes(`${TIME} stdout F `))?.text.length).toBe(0);
    expect(parseK8sRecord(bytes(`${TIME} stdout P ab`))?.partial).toBe(true);
  });
  test.each([
    // Where the second space is missing, what is looked at instead would do.
    'F stdoutx',
    `${TIME} stdout F`,
    `${TIME} stdout X a`,
    `${TIME} stdin F a`,
    ` stdout F a`,
  ])('%p is none', (text) => expect(parseK8sRecord(bytes(text))).toBeUndefined());
});

describe('json-file records', () => {
  test('as Docker writes them', () => {
    const record = parseJsonRecord(bytes('{"log":"a\\u003cb\\n","stream":"stdout","time":"T"}'));
    expect(record).toEqual({ time: 'T', stream: 'stdout', text: bytes('a<b'), partial: false });
  });
  test('without an end of line it goes on', () => {
    const record = parseJsonRecord(bytes('{"log":"ab","stream":"stderr","time":"T"}'));
    expect(record).toEqual({ time: 'T', stream: 'stderr', text: bytes('ab'), partial: true });
  });
  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"log":1,"stream":"stdout","time":"T"}',
    '{"log":"a","stream":"x","time":"T"}',
    '{"log":"a","stream":"stdout"}',
  ])('%p is none', (text) => expect(parseJsonRecord(bytes(text))).toBeUndefined());
});

describe('reading', () => {
  test('rotated files come first, oldest first', () => {
    write('ctr.log.2', 'out:1', 'out:2');
    write('ctr.log.1', 'err:3');
    write('ctr.log', 'out:4');
    expect(show(new LogReader(path, parseK8sRecord).available())).toEqual(['out:1', 'out:2', 'err:3', 'out:4']);
  });
  test('in the middle of a rotation one of them is missing', () => {
    write('ctr.log.3', 'out:1');
    write('ctr.log.1', 'out:2');
    expect(show(new LogReader(path, parseK8sRecord).available())).toEqual(['out:1']);
    renameSync(`${path}.1`, `${path}.2`);
    write('ctr.log.1', 'out:3');
    expect(show(new LogReader(path, parseK8sRecord).available())).toEqual(['out:1', 'out:2', 'out:3']);
  });
  test('what is no record is passed over, and one being written waits', () => {
    writeFileSync(path, `garbage\n${line('out:1')}${line('out:2').slice(0, -2)}`);
    const reader = new LogReader(path, parseK8sRecord);
    expect(show(reader.available())).toEqual(['out:1']);
    appendFileSync(path, '2\n');
    expect(show(reader.available())).toEqual(['out:2']);
  });
  test('goes on across a rotation, with what was written just before it', () => {
    write('ctr.log', 'out:1');
    const reader = new LogReader(path, parseK8sRecord);
    expect(show(reader.available())).toEqual(['out:1']);
    appendFileSync(path, line('out:2'));
    renameSync(path, `${path}.1`);
    renameSync(`${path}.1`, `${path}.2`);
    write('ctr.log.1', 'out:3');
    write('ctr.log', 'out:4');
    expect(show(reader.available())).toEqual(['out:2', 'out:3', 'out:4']);
  });
  test('goes on from the oldest when its own file was rotated away', () => {
    write('ctr.log', 'out:1');
    const reader = new LogReader(path, parseK8sRecord);
    show(reader.available());
    rmSync(path);
    write('ctr.log.1', 'out:5');
    write('ctr.log', 'out:6');
    expect(show(reader.available())).toEqual(['out:5', 'out:6']);
  });
  test('begins again in a file that was cut to nothing', () => {
    write('ctr.log', 'out:1', 'out:2');
    const reader = new LogReader(path, parseK8sRecord);
    show(reader.available());
    write('ctr.log', 'out:3');
    expect(show(reader.available())).toEqual(['out:3']);
  });
  test('no log is an empty log', () => expect(show(new LogReader(path, parseK8sRecord).available())).toEqual([]));
});

describe('the tail', () => {
  test('counts lines, not records', () => {
    write('ctr.log', 'out:1', 'out+2', 'out+2', 'out:2', 'out:3');
    expect(tail(2)).toEqual(['out+2', 'out+2', 'out:2', 'out:3']);
    expect(tail(0)).toEqual([]);
    expect(tail(9)).toHaveLength(5);
  });
  test('a line without an end counts', () => {
    write('ctr.log', 'out:1', 'out:2', 'out+3');
    expect(tail(1)).toEqual(['out+3']);
  });
  test('parts of a line that the other stream interrupted stay together', () => {
    write('ctr.log', 'out:0', 'out+a', 'err:1', 'out:b', 'err:2');
    expect(tail(2)).toEqual(['out+a', 'out:b', 'err:2']);
  });
  test('reaches into rotated files', () => {
    write('ctr.log.1', 'out:1', 'out:2');
    write('ctr.log', 'out:3');
    expect(tail(2)).toEqual(['out:2', 'out:3']);
  });
  test('only the end of a large log is read', () => {
    // Mostly a hole of 256 GiB: no test would live to see it read.
    writeFileSync(path, '');
    truncateSync(path, 2 ** 38);
    appendFileSync(path, `\n${['out:1', 'out:2', 'out:3'].map(line).join('')}`);
    expect(tail(2)).toEqual(['out:2', 'out:3']);
  });
  test('is the end of the whole, for any log', () => {
    const record = fc.tuple(fc.constantFrom('out', 'err'), fc.constantFrom(':', '+'), fc.string({ maxLength: 4 }));
    const anyLog = fc.array(
      record.map(([stream, tag, text]) => `${stream}${tag}${text.replaceAll('\n', '')}`),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(anyLog, fc.nat(12), fc.nat(30), (lines, count, cut) => {
        write('ctr.log.1', ...lines.slice(0, cut));
        write('ctr.log', ...lines.slice(cut));
        expect(tail(count)).toEqual(slowTail(lines, count));
      }),
    );
  });
});

/** The same by its definition: each record belongs to the line that the next end of its stream closes. */
function slowTail(lines: readonly string[], count: number): string[] {
  const endOf = (from: number) => {
    const stream = lines[from]!.slice(0, 3);
    const own = lines.map((_, index) => index).filter((index) => index >= from && lines[index]!.startsWith(stream));
    return own.find((index) => lines[index]![3] === ':') ?? own.at(-1)!;
  };
  const ends = [...new Set(lines.map((_, index) => endOf(index)))].sort((a, b) => a - b);
  const kept = new Set(count === 0 ? [] : ends.slice(-count));
  return lines.filter((_, index) => kept.has(endOf(index)));
}

test('no change is missed, however fast they come', async () => {
  const changes = await watchDirectory(directory);
  for (let count = 0; count < 50; count++) {
    appendFileSync(path, 'x');
    await changes.next();
  }
  changes.close();
});
