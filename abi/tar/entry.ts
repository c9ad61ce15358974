/**
 * Text as an archive has it: one character a byte (Latin-1), whatever the bytes mean. Names on Linux are bytes, and
 * not all of them are UTF-8.
 */
export type ByteText = string;

export type TarKind = 'file' | 'directory' | 'symlink' | 'link' | 'char' | 'block' | 'fifo';

export interface TarTime {
  /** Whole seconds since 1970, negative before. */
  readonly seconds: number;
  /** 0 to 999999999, forwards from `seconds`. */
  readonly nanoseconds: number;
}

/** One member of an archive, whatever the dialect it was written in. */
export interface TarEntry {
  readonly kind: TarKind;
  /** As it stands in the archive: it may be absolute, have `..` in it, end with a slash. */
  readonly path: ByteText;
  /** Of a symlink its text, of a hard link the path of the other name; else empty. */
  readonly target: ByteText;
  /** Permissions with setuid, setgid and sticky bit. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a file, holes included; else 0. */
  readonly size: number;
  /** How many of these bytes the archive has: fewer where there are holes. */
  readonly dataSize: number;
  readonly mtime: TarTime;
  readonly atime?: TarTime;
  readonly major: number;
  readonly minor: number;
  readonly xattrs: ReadonlyMap<ByteText, Uint8Array>;
}

/** What a reader finds, in order: an entry, then, where it is a file, its data, then its end. */
export interface TarSink {
  entry(entry: TarEntry): void;
  /** Bytes of the last entry, to be used before this returns; holes are left out, offsets rise. */
  data(offset: number, bytes: Uint8Array): void;
  end(): void;
}
