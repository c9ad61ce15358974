import { makeDirectories, readText, removeFile, renamePath, syncDirectory, writeFile } from '../../kernel/files.ts';
import { waitLock } from '../../kernel/locks.ts';
import { randomBytes } from '../../kernel/random.ts';
import type { World } from '../world.ts';

/**
 * Changes a file that only its owner may read: `change` gets its text and answers the new one, or nothing to leave it. One
 * change at a time; the new file is synced and takes the old one's place in one step.
 */
export function changePrivateFile(
  world: World,
  path: string,
  change: (text: string | undefined) => string | undefined,
): void {
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
