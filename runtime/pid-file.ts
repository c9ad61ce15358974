import { removeFile, renamePath, writeFile } from '../kernel/files.ts';

/** Whole or not at all: its reader may look at any time. */
export function writePidFile(path: string, pid: number): void {
  const slash = path.lastIndexOf('/');
  const beside = `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.tmp`;
  writeFile(beside, String(pid), { mode: 0o644, sync: false });
  renamePath(beside, path);
}

/** Of a container that is gone again before anybody heard of it. */
export function removePidFile(path: string): void {
  removeFile(path);
}
