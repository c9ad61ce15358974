import { decimal, type PaxRecords } from './pax.ts';
import { parseNumber } from './numbers.ts';
import { tarError } from './tar-error.ts';

/** Where data lie in a file with holes: rising, never overlapping. */
export interface SparseMap {
  readonly realSize: number;
  readonly segments: readonly Segment[];
}

export interface Segment {
  readonly offset: number;
  readonly length: number;
}

/** More is no file but an attack on memory. */
const SEGMENTS_MAX = 1 << 18;

/** Checks that the segments are in order and inside of the file, and that the archive has just their bytes. */
export function sparseMap(segments: readonly Segment[], realSize: number, dataSize: number): SparseMap {
  let end = 0;
  let sum = 0;
  for (const { offset, length } of segments) {
    if (offset < end || !Number.isSafeInteger(offset + length))
      throw tarError('the map of a sparse file is out of order');
    end = offset + length;
    sum += length;
  }
  if (end > realSize) throw tarError('the map of a sparse file goes beyond its end');
  if (sum !== dataSize) throw tarError(`a sparse file has ${dataSize} bytes of data, and its map says ${sum}`);
  return { realSize, segments: segments.filter(({ length }) => length > 0) };
}

/** GNU's old form: four segments in the header, 21 in each block behind it. */
export function oldSegments(block: Buffer, at: number, count: number): Segment[] {
  const segments: Segment[] = [];
  for (let index = 0; index < count; index++) {
    const start = at + index * 24;
    if (block[start] === 0 || block[start + 12] === 0) break;
    segments.push({
      offset: parseNumber(block, start, 12, 'map of a sparse file'),
      length: parseNumber(block, start + 12, 12, 'map of a sparse file'),
    });
  }
  return segments;
}

export function addSegments(segments: Segment[], more: readonly Segment[]): void {
  if (segments.length + more.length > SEGMENTS_MAX) throw tarError('the map of a sparse file is too long');
  segments.push(...more);
}

/** PAX forms 0.0 (a pair of records a segment) and 0.1 (one list); `undefined` where there is neither. */
export function paxSegments(records: PaxRecords): Segment[] | undefined {
  const numbers: number[] = [];
  let found = false;
  for (const [key, value] of records) {
    if (key === 'GNU.sparse.map') {
      found = true;
      numbers.length = 0;
      if (value.length > 0) for (const text of value.toString('latin1').split(',')) numbers.push(sparseNumber(text));
    } else if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') {
      found = true;
      if ((key === 'GNU.sparse.offset') !== (numbers.length % 2 === 0))
        throw tarError('the map of a sparse file is damaged');
      numbers.push(sparseNumber(value.toString('latin1')));
    }
  }
  return found ? pairs(numbers) : undefined;
}

function pairs(numbers: readonly number[]): Segment[] {
  if (numbers.length % 2 !== 0) throw tarError('the map of a sparse file is damaged');
  if (numbers.length > 2 * SEGMENTS_MAX) throw tarError('the map of a sparse file is too long');
  const segments: Segment[] = [];
  for (let at = 0; at < numbers.length; at += 2) segments.push({ offset: numbers[at]!, length: numbers[at + 1]! });
  return segments;
}

function sparseNumber(text: string): number {
  const value = decimal(text);
  if (Number.isNaN(value)) throw tarError('the map of a sparse file is damaged');
  return value;
}

/** PAX form 1.0: the map stands before the data, as lines: how many segments, then offset and length of each. */
export class MapInData {
  readonly #numbers: number[] = [];
  #wanted = 1;
  #rest = '';

  /** Takes one block; the segments once all are there. */
  push(block: Buffer): Segment[] | undefined {
    const lines = (this.#rest + block.toString('latin1')).split('\n');
    this.#rest = lines.pop()!;
    if (this.#rest.length > 512) throw tarError('the map of a sparse file is damaged');
    for (const line of lines) {
      if (this.#numbers.length === this.#wanted) break;
      this.#numbers.push(sparseNumber(line));
      if (this.#numbers.length === 1) this.#wanted = 1 + 2 * this.#numbers[0]!;
      if (this.#wanted > 2 * SEGMENTS_MAX) throw tarError('the map of a sparse file is too long');
    }
    return this.#numbers.length === this.#wanted ? pairs(this.#numbers.slice(1)) : undefined;
  }
}
