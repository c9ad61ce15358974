import { statPath } from '../../kernel/file-status.ts';
import { makeDirectories, renamePath, setMode, writeFile } from '../../kernel/files.ts';
import { waitLock } from '../../kernel/locks.ts';
import type { World } from '../world.ts';

/**
 * Host path of the small init that `--init` puts before a container's command: the executor under another calling
 * (native/init.c), written once for each version of it.
 */
export async function initProgram(world: World): Promise<string> {
  const bytes = await world.executor;
  const directory = `${world.root}/libexec`;
  const path = `${directory}/init-${Bun.hash(bytes).toString(16)}`;
  if (statPath(path) !== undefined) return path;
  makeDirectories(directory, 0o755);
  const lock = waitLock(`${directory}/lock`);
  try {
    const aside = `${directory}/init.new`;
    writeFile(aside, bytes, { mode: 0o755, sync: false });
    setMode(aside, 0o755);
    renamePath(aside, path);
  } finally {
    if (lock !== 'absent') lock.release();
  }
  return path;
}
