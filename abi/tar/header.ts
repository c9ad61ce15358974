import type { ByteText } from './entry.ts';
import { parseNumber } from './numbers.ts';
import { tarError } from './tar-error.ts';

export const BLOCK = 512;
const CHECKSUM = 148;
const CHECKSUM_SIZE = 8;
const SPACE = 0x20;
const USTAR = [0x75, 0x73, 0x74, 0x61, 0x72];

/** The fields of one 512-byte header, before extended headers change them. */
export interface TarHeader {
  readonly dialect: 'v7' | 'ustar' | 'gnu';
  readonly type: string;
  readonly path: ByteText;
  readonly target: ByteText;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
}

/** `undefined` for a block of zeros. Throws `ETAR` for what is no header. */
export function parseHeader(block: Buffer): TarHeader | undefined {
  if (!hasChecksum(block)) {
    if (isZero(block)) return undefined;
    throw tarError('a header has a wrong checksum');
  }
  const dialect = dialectOf(block);
  const name = byteText(block, 0, 100);
  const prefix = dialect === 'ustar' && block[345] !== 0 ? byteText(block, 345, isStar(block) ? 131 : 155) : '';
  return {
    dialect,
    type: block[156] === 0 ? '\0' : String.fromCharCode(block[156]!),
    path: prefix === '' ? name : `${prefix}/${name}`,
    target: block[157] === 0 ? '' : byteText(block, 157, 100),
    mode: parseNumber(block, 100, 8, 'mode') & 0o7777,
    uid: parseNumber(block, 108, 8, 'uid'),
    gid: parseNumber(block, 116, 8, 'gid'),
    size: parseNumber(block, 124, 12, 'size'),
    mtime: parseNumber(block, 136, 12, 'mtime'),
    major: dialect === 'v7' ? 0 : parseNumber(block, 329, 8, 'device number'),
    minor: dialect === 'v7' ? 0 : parseNumber(block, 337, 8, 'device number'),
  };
}

/** Up to its NUL, or as long as the field. */
export function byteText(block: Buffer, at: number, length: number): ByteText {
  const nul = block.indexOf(0, at);
  return block.toString('latin1', at, nul < 0 || nul > at + length ? at + length : nul);
}

/** The sum of all bytes with the field itself as spaces; some old programs add them up as signed. */
function hasChecksum(block: Buffer): boolean {
  let sum = CHECKSUM_SIZE * SPACE;
  for (let index = 0; index < CHECKSUM; index++) sum += block[index]!;
  for (let index = CHECKSUM + CHECKSUM_SIZE; index < BLOCK; index++) sum += block[index]!;
  const said = saidChecksum(block);
  return said === sum || (said !== undefined && said === sum - 256 * highBytes(block));
}

function saidChecksum(block: Buffer): number | undefined {
  let value = 0;
  let digits = 0;
  for (let index = CHECKSUM; index < CHECKSUM + CHECKSUM_SIZE; index++) {
    const byte = block[index]!;
    if (byte === SPACE || byte === 0) {
      if (digits > 0) break;
      continue;
    }
    if (byte < 0x30 || byte > 0x37) return undefined;
    value = value * 8 + byte - 0x30;
    digits++;
  }
  return digits === 0 ? undefined : value;
}

function highBytes(block: Buffer): number {
  let count = 0;
  for (let index = 0; index < BLOCK; index++) {
    const isField = index >= CHECKSUM && index < CHECKSUM + CHECKSUM_SIZE;
    if (!isField && block[index]! > 0x7f) count++;
  }
  return count;
}

function isZero(block: Uint8Array): boolean {
  for (let index = 0; index < BLOCK; index++) if (block[index] !== 0) return false;
  return true;
}

function dialectOf(block: Buffer): TarHeader['dialect'] {
  for (let index = 0; index < USTAR.length; index++) if (block[257 + index] !== USTAR[index]) return 'v7';
  if (block[262] === 0) return 'ustar';
  return block[262] === SPACE && block[263] === SPACE && block[264] === 0 ? 'gnu' : 'v7';
}

/** Jörg Schilling's star keeps times behind a shorter prefix. */
function isStar(block: Buffer): boolean {
  return block.toString('latin1', 508, 512) === 'tar\0';
}
