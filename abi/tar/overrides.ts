import type { ByteText, TarTime } from './entry.ts';
import { decimal, parsePaxTime, type PaxRecords } from './pax.ts';
import { paxSegments, type Segment } from './sparse.ts';
import { tarError } from './tar-error.ts';

/** What extended headers say of the next entry, in place of its own header. */
export interface Overrides {
  readonly path?: ByteText;
  readonly target?: ByteText;
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: TarTime;
  readonly atime?: TarTime;
  readonly xattrs: ReadonlyMap<ByteText, Uint8Array>;
  readonly sparse?: PaxSparse;
}

export interface PaxSparse {
  /** `undefined`: form 1.0, in front of the data. */
  readonly segments: readonly Segment[] | undefined;
  readonly realSize: number | undefined;
  readonly name: ByteText | undefined;
}

const XATTR = 'SCHILY.xattr.';

export const NO_OVERRIDES: Overrides = { xattrs: new Map() };

/** Global records first, the entry's own after them; of several the last one counts, an empty value takes back. */
export function overridesOf(records: PaxRecords): Overrides {
  const last = new Map<ByteText, Buffer>();
  const xattrs = new Map<ByteText, Uint8Array>();
  for (const [key, value] of records) {
    if (key.startsWith(XATTR)) xattrs.set(key.slice(XATTR.length), value);
    else last.set(key, value);
  }
  const text = (key: string): ByteText | undefined => {
    const value = last.get(key);
    return value === undefined || value.length === 0 ? undefined : value.toString('latin1');
  };
  const path = text('path');
  const target = text('linkpath');
  const sparse = sparseOf(records, text);
  const numbers = { size: number(text, 'size'), uid: number(text, 'uid'), gid: number(text, 'gid') };
  const times = { mtime: time(text('mtime')), atime: time(text('atime')) };
  for (const name of [path, target, ...xattrs.keys()])
    if (name?.includes('\0')) throw tarError('an extended header has a name with a NUL in it');
  return defined({ path, target, ...numbers, ...times, xattrs, sparse });
}

type Lookup = (key: string) => ByteText | undefined;

function number(text: Lookup, key: string): number | undefined {
  const value = text(key);
  if (value === undefined) return undefined;
  const parsed = decimal(value);
  if (Number.isNaN(parsed)) throw tarError(`the ${key} in an extended header is no number`);
  return parsed;
}

function time(value: ByteText | undefined): TarTime | undefined {
  return value === undefined ? undefined : parsePaxTime(value);
}

function sparseOf(records: PaxRecords, text: Lookup): PaxSparse | undefined {
  const segments = paxSegments(records);
  const isFormOne = text('GNU.sparse.major') === '1' && text('GNU.sparse.minor') === '0';
  if (segments === undefined && !isFormOne) return undefined;
  const realSize = number(text, 'GNU.sparse.realsize') ?? number(text, 'GNU.sparse.size');
  return { segments: isFormOne ? undefined : segments, realSize, name: text('GNU.sparse.name') };
}

function defined(all: { readonly [K in keyof Overrides]: Overrides[K] | undefined }): Overrides {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as Overrides;
}
