import type { ByteText, TarEntry, TarKind, TarSink } from './entry.ts';
import { BLOCK, byteText, parseHeader, type TarHeader } from './header.ts';
import { parseNumber } from './numbers.ts';
import { NO_OVERRIDES, overridesOf, type Overrides } from './overrides.ts';
import { parsePax, type PaxRecords } from './pax.ts';
import { addSegments, MapInData, oldSegments, sparseMap, type Segment, type SparseMap } from './sparse.ts';
import { tarError } from './tar-error.ts';

/** Names and attributes of one entry; Go's reader takes as much. */
const EXTENDED_LIMIT_BYTES = 1 << 20;
const KINDS: Readonly<Record<string, TarKind>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'directory',
  D: 'directory',
  '6': 'fifo',
};

/** A step is given just as many bytes as it asked for, and answers what comes next. */
type Step = (bytes: Buffer) => void;

/**
 * Reads an archive from pieces of any size, without waiting and without keeping data: ustar, pax, GNU, star and v7.
 * Everything of it is untrusted; throws LimpidError `ETAR`. It decides as Go's archive/tar does where dialects are at
 * odds: kinds without contents have none, whatever their size says.
 */
export class TarReader {
  readonly #sink: TarSink;
  #global: PaxRecords = [];
  #local: PaxRecords = [];
  #longPath: ByteText | undefined;
  #longTarget: ByteText | undefined;

  /** Bytes that the next step wants at once, and the step; those that came so far. */
  #wanted = BLOCK;
  #step: Step = (block) => this.#header(block);
  #gathered: Buffer = Buffer.alloc(BLOCK);
  #filled = 0;

  /** Of the present file: what is left of its data, and where they go. */
  #dataLeft = 0;
  #segments: readonly Segment[] = [];
  #segment = 0;
  #inSegment = 0;
  #open = false;
  #skip = 0;
  #done = false;

  constructor(sink: TarSink) {
    this.#sink = sink;
  }

  /** Whether the end of the archive was seen; what comes behind it is not looked at. */
  get done(): boolean {
    return this.#done;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#done;) {
      if (this.#dataLeft > 0) at += this.#data(bytes, at);
      else if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length - at);
        this.#skip -= skipped;
        at += skipped;
      } else at += this.#gather(bytes, at);
    }
  }

  /** No more bytes come. Archives without an end mark are taken, those that end inside of an entry are not. */
  end(): void {
    if (this.#done) return;
    const isBetween = this.#wanted === BLOCK && this.#filled === 0 && this.#dataLeft === 0 && !this.#open;
    if (!isBetween || this.#skip > 0 || this.#local.length > 0 || this.#longPath !== undefined)
      throw tarError('it ends in the middle of an entry');
  }

  #gather(bytes: Uint8Array, at: number): number {
    const size = Math.min(this.#wanted - this.#filled, bytes.length - at);
    if (this.#filled === 0 && size === this.#wanted) {
      const whole = Buffer.from(bytes.buffer, bytes.byteOffset + at, size);
      this.#step(whole);
      return size;
    }
    if (this.#gathered.length < this.#wanted) this.#gathered = Buffer.concat([this.#gathered], this.#wanted);
    this.#gathered.set(bytes.subarray(at, at + size), this.#filled);
    this.#filled += size;
    if (this.#filled < this.#wanted) return size;
    this.#filled = 0;
    this.#step(this.#gathered.subarray(0, this.#wanted));
    return size;
  }

  #expect(size: number, step: Step): void {
    this.#wanted = size;
    this.#step = step;
  }

  #expectHeader(): void {
    this.#expect(BLOCK, (block) => this.#header(block));
  }

  #header(block: Buffer): void {
    const header = parseHeader(block);
    if (header === undefined) {
      this.#expect(BLOCK, (second) => this.#secondZeros(second));
      return;
    }
    if (!Number.isSafeInteger(header.size) || header.size < 0) throw tarError('an entry has a negative size');
    switch (header.type) {
      case 'x':
      case 'X':
        return this.#extended(header, (bytes) => (this.#local = [...this.#local, ...parsePax(bytes)]));
      case 'g':
        return this.#extended(header, (bytes) => (this.#global = [...this.#global, ...parsePax(bytes)]));
      case 'L':
        return this.#extended(header, (bytes) => (this.#longPath = upToNul(bytes)));
      case 'K':
        return this.#extended(header, (bytes) => (this.#longTarget = upToNul(bytes)));
      case 'V':
        this.#skip = padded(header.size);
        return;
      default:
        return this.#entry(header, block);
    }
  }

  #secondZeros(block: Buffer): void {
    // One block of zeros is no end: GNU tar warns and reads on, and so do the peers.
    if (parseHeader(block) === undefined) this.#done = true;
    else {
      this.#expectHeader();
      this.#header(block);
    }
  }

  #extended(header: TarHeader, take: (bytes: Buffer) => void): void {
    if (header.size > EXTENDED_LIMIT_BYTES)
      throw tarError(`an extended header has ${header.size} bytes, at most ${EXTENDED_LIMIT_BYTES} are taken`);
    const step: Step = (bytes) => {
      // A copy: its parts stay in use when these bytes are gone.
      take(Buffer.from(bytes.subarray(0, header.size)));
      this.#expectHeader();
    };
    if (header.size === 0) take(Buffer.alloc(0));
    else this.#expect(padded(header.size), step);
  }

  #entry(header: TarHeader, block: Buffer): void {
    const overrides = this.#overrides();
    const kind = kindOf(header);
    const hasData = kind === 'file';
    const dataSize = overrides.size ?? header.size;
    const entry = entryOf(header, overrides, kind, this.#longPath, this.#longTarget);
    this.#longPath = this.#longTarget = undefined;
    this.#local = [];
    this.#expectHeader();
    if (!hasData) {
      this.#sink.entry(entry);
      this.#sink.end();
      // GNU's dump directories have a list of their contents.
      this.#skip = header.type === 'D' ? padded(dataSize) : 0;
    } else if (header.type === 'S') this.#oldSparse(entry, dataSize, block);
    else if (overrides.sparse !== undefined) this.#paxSparse(entry, dataSize, overrides.sparse);
    else this.#file(entry, dataSize, { realSize: dataSize, segments: [{ offset: 0, length: dataSize }] });
  }

  #overrides(): Overrides {
    if (this.#local.length === 0 && this.#global.length === 0) return NO_OVERRIDES;
    return overridesOf([...this.#global, ...this.#local]);
  }

  #file(entry: TarEntry, dataSize: number, { realSize, segments }: SparseMap): void {
    this.#sink.entry({ ...entry, size: realSize, dataSize });
    this.#segments = segments;
    this.#segment = this.#inSegment = 0;
    this.#dataLeft = dataSize;
    this.#skip = padded(dataSize) - dataSize;
    this.#open = true;
    if (dataSize === 0) this.#close();
  }

  #data(bytes: Uint8Array, at: number): number {
    const { offset, length } = this.#segments[this.#segment]!;
    const size = Math.min(length - this.#inSegment, bytes.length - at);
    this.#sink.data(offset + this.#inSegment, bytes.subarray(at, at + size));
    this.#inSegment += size;
    this.#dataLeft -= size;
    if (this.#inSegment === length) {
      this.#segment++;
      this.#inSegment = 0;
    }
    if (this.#dataLeft === 0) this.#close();
    return size;
  }

  #close(): void {
    this.#open = false;
    this.#sink.end();
  }

  #oldSparse(entry: TarEntry, dataSize: number, block: Buffer): void {
    const realSize = parseNumber(block, 483, 12, 'size');
    const segments = oldSegments(block, 386, 4);
    const more: Step = (extension) => {
      addSegments(segments, oldSegments(extension, 0, 21));
      if (extension[504] !== 0) return;
      this.#expectHeader();
      this.#file(entry, dataSize, sparseMap(segments, realSize, dataSize));
    };
    this.#open = true;
    if (block[482] === 0) this.#file(entry, dataSize, sparseMap(segments, realSize, dataSize));
    else this.#expect(BLOCK, more);
  }

  #paxSparse(entry: TarEntry, dataSize: number, sparse: NonNullable<Overrides['sparse']>): void {
    const named = sparse.name === undefined ? entry : { ...entry, path: sparse.name };
    const { realSize, segments } = sparse;
    if (realSize === undefined) throw tarError('a sparse file has no size');
    if (segments !== undefined) return this.#file(named, dataSize, sparseMap(segments, realSize, dataSize));
    const map = new MapInData();
    let left = dataSize;
    this.#open = true;
    this.#expect(BLOCK, (block) => {
      left -= BLOCK;
      if (left < 0) throw tarError('the map of a sparse file is longer than the file');
      const found = map.push(block);
      if (found === undefined) return;
      this.#expectHeader();
      this.#file(named, left, sparseMap(found, realSize, left));
    });
  }
}

function kindOf({ type, path }: TarHeader): TarKind {
  const kind = KINDS[type];
  if (kind === undefined) throw tarError(`an entry is of type "${type}", which is none for a layer`);
  // v7 has no type for directories, but a slash.
  return kind === 'file' && type === '\0' && path.endsWith('/') ? 'directory' : kind;
}

function entryOf(
  header: TarHeader,
  overrides: Overrides,
  kind: TarKind,
  longPath: ByteText | undefined,
  longTarget: ByteText | undefined,
): TarEntry {
  const isDevice = kind === 'char' || kind === 'block';
  const isLink = kind === 'link' || kind === 'symlink';
  const { atime } = overrides;
  return {
    kind,
    path: overrides.path ?? longPath ?? header.path,
    target: isLink ? (overrides.target ?? longTarget ?? header.target) : '',
    mode: header.mode,
    uid: overrides.uid ?? header.uid,
    gid: overrides.gid ?? header.gid,
    size: 0,
    dataSize: 0,
    mtime: overrides.mtime ?? { seconds: header.mtime, nanoseconds: 0 },
    ...(atime === undefined ? {} : { atime }),
    major: isDevice ? header.major : 0,
    minor: isDevice ? header.minor : 0,
    xattrs: overrides.xattrs,
  };
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function upToNul(bytes: Buffer): ByteText {
  return byteText(bytes, 0, bytes.length);
}
