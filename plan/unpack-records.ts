/**
 * What the executor's `unpack` reads: each record is 64 bytes, a path, and a text, integers little-endian:
 *
 *    0 kind  4 path's length  8 text's length  12 mode  16 uid  20 gid  24 major  28 minor   (u32)
 *   32 mtime  40 atime, seconds (i64)   48 mtime  52 atime, nanoseconds (u32)   56 number (u64)
 *
 * `directory`, `file`, `symlink` and `node` make something, whose owner is set at once; `xattr` records (path: the name,
 * text: the value) and for a file `data` records (number: the offset, text: the bytes) belong to it; `finish` gives it mode
 * and times. `again` opens a directory for `xattr` and its times alone, and does nothing where it is gone. Paths are relative
 * to the directory that is unpacked to, "" is that directory itself; missing parents are made as mkdir -p makes them; what
 * stands there already is replaced, directories by anything but a directory. A `whiteout` stands back where this layer has
 * made something (a directory becomes opaque). `end` asks for everything to be synced, `last` for nothing
 * but to be done.
 */
export const UNPACK = {
  directory: 1,
  file: 2,
  symlink: 3,
  link: 4,
  node: 5,
  whiteout: 6,
  opaque: 7,
  data: 8,
  xattr: 9,
  finish: 10,
  again: 11,
  end: 12,
  last: 13,
} as const;

export type UnpackKind = keyof typeof UNPACK;

export const RECORD_BYTES = 64;

export interface RecordFields {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly major?: number;
  readonly minor?: number;
  readonly mtime?: RecordTime;
  readonly atime?: RecordTime;
  /** A file's size, or the offset of data. */
  readonly number?: number;
}

export interface RecordTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const EPOCH: RecordTime = { seconds: 0, nanoseconds: 0 };

/** Writes the 64 bytes before path and text. */
export function encodeRecord(
  view: DataView,
  at: number,
  kind: UnpackKind,
  pathBytes: number,
  textBytes: number,
  fields: RecordFields = {},
): void {
  const { mode = 0, uid = 0, gid = 0, major = 0, minor = 0, number = 0, mtime = EPOCH, atime = mtime } = fields;
  view.setUint32(at, UNPACK[kind], true);
  view.setUint32(at + 4, pathBytes, true);
  view.setUint32(at + 8, textBytes, true);
  view.setUint32(at + 12, mode, true);
  view.setUint32(at + 16, uid, true);
  view.setUint32(at + 20, gid, true);
  view.setUint32(at + 24, major, true);
  view.setUint32(at + 28, minor, true);
  setInt64(view, at + 32, mtime.seconds);
  setInt64(view, at + 40, atime.seconds);
  view.setUint32(at + 48, mtime.nanoseconds, true);
  view.setUint32(at + 52, atime.nanoseconds, true);
  setInt64(view, at + 56, number);
}

/** Of a safe integer, in two's complement. */
function setInt64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true);
  view.setInt32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}
