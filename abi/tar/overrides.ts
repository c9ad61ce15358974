import type { ByteText, TarTime } from './entry.ts';
import { encodeAcl } from './acl.ts';
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

/** A key ends at the first `=`: GNU tar writes `%3D` for one in a name, and so `%25` for a `%`. */
export function encodeXattrName(name: ByteText): ByteText {
  return name.replaceAll('%', '%25').replaceAll('=', '%3D');
}

function decodeXattrName(name: ByteText): ByteText {
  return name.includes('%') ? name.replaceAll('%3D', '=').replaceAll('%25', '%') : name;
}

/** Access lists as text, from star and from `tar --acls`. */
const ACLS: Readonly<Record<string, string>> = {
  'SCHILY.acl.access': 'system.posix_acl_access',
  'SCHILY.acl.default': 'system.posix_acl_default',
};

export const NO_OVERRIDES: Overrides = { xattrs: new Map() };

/** Global records first, the entry's own after them; of several the last one counts, an empty value takes back. */
export function overridesOf(records: PaxRecords): Overrides {
  const last = new Map<ByteText, Buffer>();
  const xattrs = new Map<ByteText, Uint8Array>();
  for (const [key, value] of records) {
    const acl = ACLS[key];
    if (key.startsWith(XATTR)) xattrs.set(decodeXattrName(key.slice(XATTR.length)), value);
    else if (acl !== undefined) setAcl(xattrs, acl, value.toString('latin1'));
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

/** What is set as bytes already is exact; names of users mean nothing here. */
function setAcl(xattrs: Map<ByteText, Uint8Array>, name: string, text: string): void {
  const encoded = encodeAcl(text);
  if (encoded !== undefined && !xattrs.has(name)) xattrs.set(name, encoded);
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
