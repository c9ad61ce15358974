import type { ByteText } from './entry.ts';
import { parseNumber } from './numbers.ts';
import { tarError } from './tar-error.ts';

export const BLOCK = 512;

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
  const prefix = dialect === 'ustar' ? byteText(block, 345, isStar(block) ? 131 : 155) : '';
  return {
    dialect,
    type: block[156] === 0 ? '\0' : String.fromCharCode(block[156]!),
    path: prefix === '' ? name : `${prefix}/${name}`,
    target: byteText(block, 157, 100),
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
  let unsigned = 8 * 0x20;
  let signed = 8 * 0x20;
  for (let index = 0; index < BLOCK; index++) {
    if (index === 148) index = 156;
    const byte = block[index]!;
    unsigned += byte;
    signed += (byte << 24) >> 24;
  }
  const digits = block.toString('latin1', 148, 156).replaceAll('\0', ' ').trim();
  const said = Number.parseInt(digits, 8);
  return said === unsigned || said === signed;
}

function isZero(block: Uint8Array): boolean {
  for (let index = 0; index < BLOCK; index++) if (block[index] !== 0) return false;
  return true;
}

function dialectOf(block: Buffer): TarHeader['dialect'] {
  const magic = block.toString('latin1', 257, 265);
  if (magic === 'ustar  \0') return 'gnu';
  return magic.startsWith('ustar\0') ? 'ustar' : 'v7';
}

/** Jörg Schilling's star keeps times behind a shorter prefix. */
function isStar(block: Buffer): boolean {
  return block.toString('latin1', 508, 512) === 'tar\0';
}
