import type { OpenFile } from '../../kernel/open-file.ts';
import { LineReader } from './lines.ts';
import type { LogRecord, ParseRecord } from './record.ts';
import { openNewer, openOldest } from './rotated.ts';
import { isBefore, type TailStart } from './tail.ts';

/** Reads a log's records in order, across its rotated files, and goes on where it stopped when there is more. */
export class LogReader {
  readonly #path: string;
  readonly #parse: ParseRecord;
  readonly #from: TailStart['from'] | undefined;
  #lines: LineReader | undefined;
  #number = 0;

  constructor(path: string, parse: ParseRecord, start?: TailStart) {
    this.#path = path;
    this.#parse = parse;
    if (start === undefined) return;
    this.#from = start.from;
    this.#number = start.place.file;
    this.#lines = new LineReader(start.file, start.place.offset);
  }

  /** The records written since the last call. */
  *available(): Generator<LogRecord> {
    this.#lines ??= this.#open(openOldest(this.#path));
    while (this.#lines !== undefined) {
      yield* this.#records(this.#lines);
      const newer = openNewer(this.#path, this.#lines.file);
      if (newer === undefined) return;
      // What was written between our last look and the rotation.
      yield* this.#records(this.#lines);
      this.#lines.file.close();
      this.#number++;
      this.#lines = this.#open(newer);
    }
  }

  close(): void {
    this.#lines?.file.close();
    this.#lines = undefined;
  }

  #open(file: OpenFile | undefined): LineReader | undefined {
    return file === undefined ? undefined : new LineReader(file, 0);
  }

  *#records(lines: LineReader): Generator<LogRecord> {
    for (const { offset, line } of lines.available()) {
      const record = this.#parse(line);
      if (record === undefined) continue;
      const from = this.#from?.[record.stream];
      if (from === undefined || !isBefore({ file: this.#number, offset }, from)) yield record;
    }
  }
}
