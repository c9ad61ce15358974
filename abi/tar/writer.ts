import type { ByteText, TarEntry, TarKind, TarTime } from './entry.ts';
import { BLOCK } from './header.ts';
import { encodeXattrName } from './overrides.ts';

const TYPES: Readonly<Record<TarKind, string>> = {
  file: '0',
  link: '1',
  symlink: '2',
  char: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};
const NAME_BYTES = 100;
const ID_LIMIT = 8 ** 7;
const NUMBER_LIMIT = 8 ** 11;
/** Half of the smallest block size that readers know: an archive ends with two blocks of zeros. */
export const END_OF_ARCHIVE: Uint8Array = new Uint8Array(2 * BLOCK);

/**
 * The header of one entry, the file's `size` bytes and `padding(size)` zeros come behind it. ustar where everything
 * fits, a pax header before it for what does not: the same entry is always the same bytes.
 */
export function encodeEntry(entry: TarEntry): Uint8Array {
  const records = paxRecords(entry);
  const header = ustarHeader(entry, TYPES[entry.kind]);
  if (records.length === 0) return header;
  const body = Buffer.concat(records.map(([key, value]) => paxRecord(key, value)));
  const path = `PaxHeaders/${entry.path.slice(0, NAME_BYTES - 'PaxHeaders/'.length)}`;
  const pax = ustarHeader({ ...entry, path, target: '', size: body.length, mode: 0o644, mtime: EPOCH }, 'x');
  return Buffer.concat([pax, body, padding(body.length), header]);
}

/** Zeros up to the next block. */
export function padding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}

const NEWLINE = Uint8Array.of(0x0a);
const EPOCH: TarTime = { seconds: 0, nanoseconds: 0 };

function paxRecords(entry: TarEntry): [ByteText, Uint8Array][] {
  const { path, target, uid, gid, size, mtime, xattrs } = entry;
  const records: [ByteText, Uint8Array][] = [];
  const add = (key: string, value: ByteText): void => void records.push([key, Buffer.from(value, 'latin1')]);
  if (splitPath(path) === undefined) add('path', path);
  if (target.length > NAME_BYTES) add('linkpath', target);
  if (uid >= ID_LIMIT) add('uid', String(uid));
  if (gid >= ID_LIMIT) add('gid', String(gid));
  if (size >= NUMBER_LIMIT) add('size', String(size));
  if (mtime.nanoseconds !== 0 || mtime.seconds < 0 || mtime.seconds >= NUMBER_LIMIT) add('mtime', paxTime(mtime));
  for (const name of [...xattrs.keys()].sort())
    records.push([`SCHILY.xattr.${encodeXattrName(name)}`, xattrs.get(name)!]);
  return records;
}

/** `LENGTH KEY=VALUE\n`, and the length counts its own digits. */
function paxRecord(key: ByteText, value: Uint8Array): Buffer {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return Buffer.concat([Buffer.from(`${length} ${key}=`, 'latin1'), value, NEWLINE]);
}

function paxTime({ seconds, nanoseconds }: TarTime): string {
  if (nanoseconds === 0) return String(seconds);
  const negative = seconds < 0;
  const whole = negative ? -seconds - 1 : seconds;
  const fraction = String(negative ? 1_000_000_000 - nanoseconds : nanoseconds).padStart(9, '0');
  return `${negative ? '-' : ''}${whole}.${fraction.replace(/0+$/, '')}`;
}

type HeaderFields = Pick<TarEntry, 'path' | 'target' | 'mode' | 'uid' | 'gid' | 'size' | 'mtime' | 'major' | 'minor'>;

function ustarHeader(fields: HeaderFields, type: string): Buffer {
  const { path, target, mode, uid, gid, size, mtime, major, minor } = fields;
  const block = Buffer.alloc(BLOCK);
  const [prefix, name] = splitPath(path) ?? ['', path.slice(0, NAME_BYTES)];
  const octal = (value: number, at: number, digits: number): void =>
    void block.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  block.write(name, 0, NAME_BYTES, 'latin1');
  octal(mode & 0o7777, 100, 7);
  octal(uid < ID_LIMIT ? uid : 0, 108, 7);
  octal(gid < ID_LIMIT ? gid : 0, 116, 7);
  octal(size < NUMBER_LIMIT ? size : 0, 124, 11);
  octal(mtime.seconds >= 0 && mtime.seconds < NUMBER_LIMIT ? mtime.seconds : 0, 136, 11);
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write(target.slice(0, NAME_BYTES), 157, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  octal(major, 329, 7);
  octal(minor, 337, 7);
  block.write(prefix, 345, 'latin1');
  let sum = 0;
  for (let index = 0; index < BLOCK; index++) sum += block[index]!;
  octal(sum, 148, 6);
  block.write('\0 ', 154, 'latin1');
  return block;
}

/** Prefix (155) and name (100) of ustar; `undefined` where the path does not fit, or is not ASCII. */
function splitPath(path: ByteText): readonly [string, string] | undefined {
  for (let index = 0; index < path.length; index++) if (path.charCodeAt(index) > 0x7e) return undefined;
  if (path.length <= NAME_BYTES) return ['', path];
  const slash = path.indexOf('/', Math.max(path.length - NAME_BYTES - 1, 1));
  return slash < 0 || slash > 155 || slash === path.length - 1
    ? undefined
    : [path.slice(0, slash), path.slice(slash + 1)];
}
