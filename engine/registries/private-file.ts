import { realpathSync } from 'node:fs';
import { LimpidError } from '../../base/error.ts';
import { kindInWords, statPath } from '../../kernel/file-status.ts';
import { makeDirectories, readText, removeFile, renamePath, syncDirectory, writeFile } from '../../kernel/files.ts';
import { waitLock } from '../../kernel/locks.ts';
import { randomBytes } from '../../kernel/random.ts';
import type { World } from '../world.ts';

/**
 * Changes a file that only its owner may read: `change` gets its text and answers the new one, or nothing to leave it. One
 * change at a time; the new file is synced and takes the old one's place in one step. A link stays, and leads to it.
 */
export function changePrivateFile(
  world: World,
  named: string,
  change: (text: string | undefined) => string | undefined,
): void {
  const path = placeOf(named);
  makeDirectories(world.runroot, 0o711);
  const lock = waitLock(`${world.runroot}/auth.lock`);
  const aside = `${path}.${randomBytes(4).toHex()}.tmp`;
  try {
    const text = change(readText(path));
    if (text === undefined) return;
    const directory = path.slice(0, path.lastIndexOf('/')) || '/';
    makeDirectories(directory, 0o700);
    writeFile(aside, text, { mode: 0o600, sync: true, exclusive: true });
    renamePath(aside, path);
    syncDirectory(directory);
  } catch (error) {
    removeFile(aside);
    throw error;
  } finally {
    if (lock !== 'absent') lock.release();
  }
}

/** Where the file is that is to be replaced. Throws `ENOFILE` for a device, a directory or a pipe: none is to be lost. */
function placeOf(path: string): string {
  const status = statPath(path);
  if (status === undefined) return path;
  if (status.kind === 'file') return realpathSync(path);
  throw new LimpidError({
    code: 'ENOFILE',
    doing: 'change',
    subject: `"${path}"`,
    why: `it is ${kindInWords(status)}, and no file`,
  });
}
