import { mkdirSync, rmSync } from 'node:fs';
import { mustRun, probe } from './contestant.ts';

const SIZE = '16G';

/**
 * Mounts a new ext4, as Debian makes them, at `directory`, from a file beside it: everybody's disk. One without a journal,
 * as virtual machines may have it, looks for each new file's inode past all that were freed in the last minutes: who pulls
 * again and again would measure that. Answers what kept it from being there; then all use the disk as it is.
 */
export function mountDisk(directory: string): string | undefined {
  mkdirSync(directory, { recursive: true });
  const file = `${directory}.ext4`;
  const trouble =
    probe(['fallocate', '-l', SIZE, file], {}) ??
    // Nothing is left to be done by the kernel meanwhile.
    probe(['mkfs.ext4', '-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', file], {}) ??
    // Past the page cache of the disk below: what is synced is there, and in memory once.
    probe(
      [
        'sh',
        '-c',
        'loop=$(losetup --find --show --direct-io=on "$1") && mount "$loop" "$2" && losetup --detach "$loop"',
        'sh',
        file,
        directory,
      ],
      {},
    );
  if (trouble !== undefined) rmSync(file, { force: true });
  return trouble;
}

/** What engines leave mounted below it, the disk, and its file. */
export function removeDisk(directory: string): void {
  const mounts = mustRun(['findmnt', '-rno', 'TARGET'])
    .split('\n')
    .filter((path) => path === directory || path.startsWith(`${directory}/`));
  for (const path of mounts.toReversed()) probe(['umount', '-l', path], {});
  rmSync(directory, { recursive: true, force: true });
  rmSync(`${directory}.ext4`, { force: true });
}
