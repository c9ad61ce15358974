import type { ByteText, TarTime } from './entry.ts';
import { tarError } from './tar-error.ts';

/** Records of an extended header, in order: a key may come twice (GNU sparse 0.0). */
export type PaxRecords = readonly (readonly [key: ByteText, value: Buffer])[];

/** POSIX pax, "LENGTH KEY=VALUE\n", the length counting all of it. Throws `ETAR` where the lengths do not add up. */
export function parsePax(bytes: Buffer): PaxRecords {
  const records: [ByteText, Buffer][] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : decimal(bytes.toString('latin1', at, space));
    const end = at + length;
    const equals = bytes.indexOf(0x3d, space);
    if (!(end <= bytes.length) || equals < 0 || equals >= end || bytes[end - 1] !== 0x0a || space >= end)
      throw tarError('an extended header is damaged');
    const key = bytes.toString('latin1', space + 1, equals);
    if (key === '') throw tarError('an extended header has a record without a name');
    records.push([key, bytes.subarray(equals + 1, end - 1)]);
    at = end;
  }
  return records;
}

/** Digits and nothing else; else NaN. */
export function decimal(text: string): number {
  if (text === '' || text.length > 16) return Number.NaN;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return Number.NaN;
  }
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** `1700000000.123456789`, also negative, with any number of digits. */
export function parsePaxTime(text: string): TarTime {
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.slice(negative ? 1 : 0).split('.', 2);
  const seconds = decimal(whole);
  const nanoseconds = fraction === '' ? 0 : decimal(fraction.slice(0, 9).padEnd(9, '0'));
  if (Number.isNaN(seconds) || Number.isNaN(nanoseconds)) throw tarError('an extended header has a time that is none');
  if (!negative) return { seconds, nanoseconds };
  return nanoseconds === 0
    ? { seconds: -seconds, nanoseconds }
    : { seconds: -seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds };
}
