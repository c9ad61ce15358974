import { writeAll } from '../../kernel/files.ts';
import { createFile } from '../../kernel/new-file.ts';
import { removeFile, renamePath } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';

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

/** A file, written beside its name and renamed at the end; devices and pipes are written as they stand. */
export function fileSink(path: string, name: string): ArchiveSink {
  const kind = statPath(path)?.kind;
  if (kind !== undefined && kind !== 'file') {
    const there = createFile(path, 0o644, { replace: true });
    return { name, write: there.write, commit() {}, close: there.close };
  }
  const aside = `${path}.${process.pid}.partial`;
  const file = createFile(aside, 0o644, { replace: true });
  let committed = false;
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
      file.sync();
      renamePath(aside, path);
      committed = true;
    },
    close() {
      file.close();
      if (!committed) removeFile(aside);
    },
  };
}

/** An open descriptor, such as standard output, which stays open. */
export function descriptorSink(fd: number, name: string): ArchiveSink {
  return { name, write: (bytes) => writeAll(fd, bytes, name), commit() {}, close() {} };
}
