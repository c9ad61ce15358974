import { tarError } from './tar-error.ts';

const SPACE = 0x20;
const ZERO = 0x30;
const SEVEN = 0x37;

/**
 * A number of a header: octal digits between spaces and NULs, or, with the highest bit set, big-endian in two's
 * complement (GNU's base 256). Throws `ETAR` where it is neither, or no exact integer.
 */
export function parseNumber(block: Uint8Array, at: number, length: number, field: string): number {
  if ((block[at]! & 0x80) !== 0) return parseBase256(block, at, length, field);
  let value = 0;
  let end = at;
  const limit = at + length;
  while (end < limit && block[end] === SPACE) end++;
  for (; end < limit; end++) {
    const byte = block[end]!;
    if (byte === 0 || byte === SPACE) break;
    if (byte < ZERO || byte > SEVEN) throw tarError(`the ${field} in a header is no number`);
    value = value * 8 + byte - ZERO;
  }
  return value;
}

function parseBase256(block: Uint8Array, at: number, length: number, field: string): number {
  const negative = (block[at]! & 0x40) !== 0;
  let value = BigInt(block[at]! & 0x7f);
  for (let index = at + 1; index < at + length; index++) value = (value << 8n) | BigInt(block[index]!);
  if (negative) value -= 1n << BigInt(length * 8 - 1);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw tarError(`the ${field} in a header is out of bounds`);
  return number;
}
