import type { OpenFile } from '../../kernel/open-file.ts';

const NEWLINE = 0x0a;
const BLOCK_BYTES = 1 << 16;
/** No record of ours is longer: what goes on without an end of line is no log, and is not gathered in memory. */
const LINE_LIMIT_BYTES = 1 << 20;
const NOTHING = new Uint8Array(0);

/** A line of a file without its end, and where it begins. */
export interface PlacedLine {
  readonly offset: number;
  readonly line: Uint8Array;
}

/** The whole lines of a file that may still grow, from an offset on; the next call goes on where this one stopped. */
export class LineReader {
  readonly file: OpenFile;
  #offset: number;
  #rest: Uint8Array = NOTHING;

  constructor(file: OpenFile, offset: number) {
    this.file = file;
    this.#offset = offset;
  }

  *available(): Generator<PlacedLine> {
    for (;;) {
      const block = this.file.read(this.#offset, BLOCK_BYTES);
      if (block.length > 0) yield* this.#cut(block);
      else if (this.file.sizeBytes() >= this.#offset) return;
      else this.#startAgain();
    }
  }

  *#cut(block: Uint8Array): Generator<PlacedLine> {
    const bytes = this.#rest.length === 0 ? block : Buffer.concat([this.#rest, block]);
    const first = this.#offset - this.#rest.length;
    this.#offset += block.length;
    let at = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
      yield { offset: first + at, line: bytes.subarray(at, end) };
      at = end + 1;
    }
    this.#rest = bytes.length - at > LINE_LIMIT_BYTES ? NOTHING : bytes.subarray(at);
  }

  /** A log of one file only is cut to nothing when it is full. */
  #startAgain(): void {
    this.#offset = 0;
    this.#rest = NOTHING;
  }
}

/** The whole lines that end before `end`, the last one first. */
export function* linesBackward(file: OpenFile, end: number): Generator<PlacedLine> {
  let rest: Uint8Array | undefined;
  for (let from = end; from > 0;) {
    const start = Math.max(0, from - BLOCK_BYTES);
    const block = file.read(start, from - start);
    let bytes = rest === undefined ? block : Buffer.concat([block, rest]);
    // Behind the last end of line a record is still being written.
    if (rest === undefined) bytes = bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
    if (bytes.length > 0) {
      let lineEnd = bytes.length - 1;
      for (let before = lastBefore(bytes, lineEnd); before >= 0; before = lastBefore(bytes, lineEnd)) {
        yield { offset: start + before + 1, line: bytes.subarray(before + 1, lineEnd) };
        lineEnd = before;
      }
      if (start === 0) yield { offset: 0, line: bytes.subarray(0, lineEnd) };
      rest = lineEnd > LINE_LIMIT_BYTES ? bytes.subarray(lineEnd, lineEnd + 1) : bytes.subarray(0, lineEnd + 1);
    }
    from = start;
  }
}

function lastBefore(bytes: Uint8Array, end: number): number {
  return end === 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
}
