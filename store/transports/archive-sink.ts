import { realpathSync } from 'node:fs';
import { ENOENT } from '../../abi/errno-numbers.ts';
import { statPath } from '../../kernel/file-status.ts';
import { writeAll } from '../../kernel/files.ts';
import { createFile, createUnnamed, type NewFile } from '../../kernel/new-file.ts';
import { systemError } from '../../kernel/system-error.ts';

/** Where an archive goes, byte after byte. */
export interface ArchiveSink {
  readonly name: string;
  write(bytes: Uint8Array): void;
  /** Where what was written can be changed: at these many bytes from the start. */
  readonly rewrite?: { at(offset: number, bytes: Uint8Array): void; back(offset: number): void };
  /** What was written becomes visible. */
  commit(): void;
  /** Forgets what was not committed. */
  close(): void;
}

/** A file, which gets its name at the end; devices and pipes are written as they stand. */
export function fileSink(path: string, name: string): ArchiveSink {
  if (path === '') throw systemError('create', path, ENOENT);
  const kind = statPath(path)?.kind;
  if (kind !== undefined && kind !== 'file') {
    const there = createFile(path, 0o644, { replace: true });
    return { name, write: there.write, commit() {}, close: there.close };
  }
  // Where a link leads to a file, that one is replaced.
  const target = kind === undefined ? path : realpathSync(path);
  const directory = target.includes('/') ? target.slice(0, target.lastIndexOf('/')) || '/' : '.';
  const file = createUnnamed(directory, target, 0o644);
  return rewritableSink(file, name, () => file.publish(target));
}

/** A file that can be written at any place. */
export function rewritableSink(file: NewFile, name: string, publish: () => void): ArchiveSink {
  let at = 0;
  return {
    name,
    write(bytes) {
      file.writeAt(bytes, at);
      at += bytes.length;
    },
    rewrite: {
      at: (offset, bytes) => file.writeAt(bytes, offset),
      back: (offset) => void (at = offset),
    },
    commit() {
      file.truncate(at);
      publish();
    },
    close: () => file.close(),
  };
}

/** An open descriptor, such as standard output, which stays open. */
export function descriptorSink(fd: number, name: string): ArchiveSink {
  return { name, write: (bytes) => writeAll(fd, bytes, name), commit() {}, close() {} };
}
