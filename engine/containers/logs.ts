import { LimpidError } from '../../base/error.ts';
import { watchDirectory } from '../logs/changes.ts';
import { parseJsonRecord } from '../logs/json-file.ts';
import { parseK8sRecord } from '../logs/k8s-file.ts';
import { logPath } from '../logs/log-path.ts';
import { LogReader } from '../logs/reader.ts';
import type { LogRecord, LogStream, ParseRecord } from '../logs/record.ts';
import { findTail, type TailFilter } from '../logs/tail.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import type { World } from '../world.ts';
import { waitForExit } from './wait.ts';

export type { LogRecord, LogStream } from '../logs/record.ts';

export interface LogOptions {
  /** Goes on with what the container writes, until it has exited and all is read. */
  readonly follow?: boolean;
  /** Milliseconds since 1970; both ends belong to it. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** How many of the last lines; -1, and by default, all. */
  readonly tail?: number;
  /** Both by default. */
  readonly streams?: readonly LogStream[];
  /** Ends `follow` early. */
  readonly signal?: AbortSignal;
}

/** A container's output as its monitor recorded it, oldest first. Throws ENOCONTAINER, ENOLOG. */
export async function* readLogs(
  world: World,
  reference: string,
  options: LogOptions = {},
): AsyncGenerator<LogRecord, void, undefined> {
  const record = findRecord(world, reference);
  const reader = openLog(record, options);
  try {
    const { status } = observeState(world, record);
    const isOver = status === 'created' || status === 'exited';
    if (options.follow && !isOver) yield* follow(world, record, reader, options);
    else yield* chosen(reader, options);
  } finally {
    reader.close();
  }
}

function openLog(record: ContainerRecord, options: LogOptions): LogReader {
  const path = logPath(record);
  const parse = parserOf(record);
  const { tail = -1 } = options;
  return new LogReader(path, parse, tail < 0 ? undefined : findTail(path, parse, tail, filterOf(options)));
}

function parserOf({ config }: ContainerRecord): ParseRecord {
  const { driver } = config.log;
  if (driver !== 'none') return driver === 'json-file' ? parseJsonRecord : parseK8sRecord;
  throw new LimpidError({
    code: 'ENOLOG',
    doing: 'read',
    subject: `the log of container "${config.name}"`,
    why: 'the log driver is none, so its output was not kept',
    hint: 'create it with --log-driver k8s-file',
  });
}

function* chosen(reader: LogReader, options: LogOptions): Generator<LogRecord> {
  const { wants } = filterOf(options);
  for (const record of reader.available()) if (wants(record)) yield record;
}

function filterOf({ sinceMs = -Infinity, untilMs = Infinity, streams }: LogOptions): TailFilter {
  const wantsStream = streams === undefined ? () => true : ({ stream }: LogRecord) => streams.includes(stream);
  if (sinceMs === -Infinity && untilMs === Infinity) return { wants: wantsStream, isTooOld: () => false };
  const isTooOld = ({ time }: LogRecord) => Date.parse(time) < sinceMs;
  return {
    wants: (record) => wantsStream(record) && !isTooOld(record) && Date.parse(record.time) <= untilMs,
    isTooOld,
  };
}

async function* follow(
  world: World,
  record: ContainerRecord,
  reader: LogReader,
  options: LogOptions,
): AsyncGenerator<LogRecord, void, undefined> {
  const path = logPath(record);
  const changes = await watchDirectory(path.slice(0, path.lastIndexOf('/')) || '/');
  const ending = new AbortController();
  let isLast = false;
  const end = () => {
    isLast = true;
    changes.wake();
  };
  // A failure to wait is no reason to follow for ever.
  void waitForExit(world, record, ending.signal).then(end, end);
  options.signal?.addEventListener('abort', end);
  const leftMs = (options.untilMs ?? Infinity) - Date.now();
  // A longer time would overflow and be over at once.
  const timer = leftMs < 2 ** 31 ? setTimeout(end, Math.max(0, leftMs)) : undefined;
  try {
    for (;;) {
      // Looked at first: what was written before the end is then read below.
      const wasLast = isLast;
      yield* chosen(reader, options);
      if (wasLast) return;
      await changes.next();
    }
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', end);
    ending.abort();
    changes.close();
  }
}
