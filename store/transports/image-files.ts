import { statInRoot } from '../../kernel/files.ts';
import { openFileInRoot } from '../../kernel/open-file.ts';
import { badImages } from './fault.ts';
import { streamFile } from './stream-file.ts';

/** Regular files by their relative paths: a directory's or an archive's. None of them is trusted. */
export interface ImageFiles {
  /** As messages name the whole. */
  readonly name: string;
  /** Bytes of a file; `undefined` where there is none. */
  size(path: string): number | undefined;
  /** The first bytes of a file, to tell its form. */
  start(path: string, length: number): Uint8Array;
  /** A whole document. Throws EARCHIVE where there is none or it is larger than any such document. */
  document(path: string, limitBytes: number): Uint8Array;
  stream(path: string): ReadableStream<Uint8Array>;
  close(): void;
}

/** The files below a directory, resolved by the kernel so that no symlink leads out of it. */
export function directoryFiles(directory: string, name: string): ImageFiles {
  const open = (path: string) => {
    const file = openFileInRoot(directory, path);
    if (file === undefined) throw missing(name, path);
    return file;
  };
  const start = (path: string, length: number) => {
    const file = open(path);
    try {
      return file.read(0, length);
    } finally {
      file.close();
    }
  };
  return {
    name,
    size: (path) => statInDirectory(directory, path),
    start,
    document(path, limitBytes) {
      const size = statInDirectory(directory, path);
      if (size === undefined) throw missing(name, path);
      if (size > limitBytes) throw tooLarge(name, path, size, limitBytes);
      return start(path, size);
    },
    stream(path) {
      const file = open(path);
      return streamFile(file, { offset: 0, length: file.sizeBytes(), close: true });
    },
    close() {},
  };
}

function statInDirectory(directory: string, path: string): number | undefined {
  const status = statInRoot(directory, path);
  return status?.kind === 'file' ? status.sizeBytes : undefined;
}

export function missing(name: string, path: string): Error {
  return badImages(name, `it has no file "${path}"`);
}

export function tooLarge(name: string, path: string, size: number, limitBytes: number): Error {
  return badImages(name, `its "${path}" has ${size} bytes, ${limitBytes} may be`);
}
