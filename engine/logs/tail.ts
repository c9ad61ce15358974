import { openFile, type OpenFile } from '../../kernel/open-file.ts';
import { linesBackward } from './lines.ts';
import type { LogRecord, LogStream, ParseRecord } from './record.ts';
import { openOlder } from './rotated.ts';

/** A place in a log: `file` counts from 0, the newest when the search began, down to the older ones. */
export interface LogPlace {
  readonly file: number;
  readonly offset: number;
}

/** Where to begin to read, and from where on each stream's records are wanted. */
export interface TailStart {
  readonly file: OpenFile;
  readonly place: LogPlace;
  readonly from: Readonly<Record<LogStream, LogPlace>>;
}

/** How far back the first parts of a long line are looked for when all lines are counted. */
const PATIENCE_BYTES = 1 << 20;

/** Which records count. */
export interface TailFilter {
  readonly wants: (record: LogRecord) => boolean;
  /** Nothing before this record is wanted: the search ends. */
  readonly isTooOld: (record: LogRecord) => boolean;
}

/**
 * Finds where the last `count` lines begin, reading from the end: a line counts where its last record is, and all of
 * its parts belong to it, whatever the other stream wrote between them. `undefined` where there is no log.
 */
export function findTail(path: string, parse: ParseRecord, count: number, filter: TailFilter): TailStart | undefined {
  const newest = openFile(path);
  if (newest === undefined) return undefined;
  let file: OpenFile = newest;
  const search = new TailSearch(count, { file: 0, offset: file.sizeBytes() });
  for (let number = 0; ; number--) {
    searchFile(search, file, number, parse, filter);
    const older: OpenFile | undefined = search.isOver ? undefined : openOlder(path, file);
    if (older === undefined) return search.start(file, number);
    file.close();
    file = older;
  }
}

function searchFile(
  search: TailSearch,
  file: OpenFile,
  number: number,
  parse: ParseRecord,
  { wants, isTooOld }: TailFilter,
): void {
  const end = number === 0 ? search.end.offset : file.sizeBytes();
  for (const { offset, line } of linesBackward(file, end)) {
    const record = parse(line);
    if (record !== undefined && isTooOld(record)) search.stop();
    else if (record !== undefined && wants(record)) search.look(record, { file: number, offset });
    if (search.isOver) return;
    search.passed(line.length + 1);
  }
}

class TailSearch {
  readonly end: LogPlace;
  readonly #from: Record<LogStream, LogPlace>;
  /** Whether the line of each stream that we are in, going backward, is one of those counted. */
  #counted: Partial<Record<LogStream, boolean>> = {};
  #left: number;
  #patience = PATIENCE_BYTES;

  constructor(count: number, end: LogPlace) {
    this.#left = count;
    this.end = end;
    this.#from = { stdout: end, stderr: end };
  }

  look({ stream, partial }: LogRecord, place: LogPlace): void {
    // A partial record with nothing behind it is the last of a line that has not ended yet.
    if (!partial || this.#counted[stream] === undefined) {
      this.#counted[stream] = this.#left > 0;
      if (this.#left > 0) this.#left--;
    }
    if (this.#counted[stream]) this.#from[stream] = place;
  }

  passed(bytes: number): void {
    if (this.#left === 0) this.#patience -= bytes;
  }

  stop(): void {
    this.#left = 0;
    this.#counted = {};
  }

  get isOver(): boolean {
    if (this.#left > 0) return false;
    return this.#patience < 0 || !(this.#counted.stdout || this.#counted.stderr);
  }

  /** Where the search ended: in the file with the first wanted record, or in an older one that has none. */
  start(file: OpenFile, number: number): TailStart {
    const { stdout, stderr } = this.#from;
    const first = isBefore(stdout, stderr) ? stdout : stderr;
    const offset = first.file === number ? first.offset : file.sizeBytes();
    return { file, place: { file: number, offset }, from: this.#from };
  }
}

export function isBefore(a: LogPlace, b: LogPlace): boolean {
  return a.file < b.file || (a.file === b.file && a.offset < b.offset);
}
