import type { BuiltinRootfs, RootfsEntry } from '../../kernel/assets.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { statPath } from '../../kernel/file-status.ts';
import { makeDirectories, makeDirectory, makeSymlink, renamePath, setMode, writeFile } from '../../kernel/files.ts';
import { waitLock } from '../../kernel/locks.ts';
import type { World } from '../world.ts';

/** Makes a built-in root file system's directory, aside, and one rename makes it visible. */
export async function unpackBuiltin(world: World, builtin: BuiltinRootfs, directory: string): Promise<void> {
  // All that takes time comes before the lock: who waits for it blocks its whole process, this one among them.
  const contents = {
    program: await builtin.program(),
    entries: await builtin.entries(),
    executor: await world.executor,
  };
  makeDirectories(`${world.root}/builtin`, 0o755);
  const lock = waitLock(`${world.root}/builtin.lock`);
  try {
    // Somebody else may have been first.
    if (statPath(directory) === undefined) unpack(contents, directory);
  } finally {
    if (lock !== 'absent') lock.release();
  }
}

interface Contents {
  readonly program: Uint8Array;
  readonly entries: readonly RootfsEntry[];
  readonly executor: Uint8Array;
}

/** For the lock's holder: what lies aside belongs to a command that was killed. */
function unpack({ program, entries, executor }: Contents, directory: string): void {
  const aside = `${directory}.new`;
  if (statPath(aside) !== undefined) removeTree(executor, aside);
  makeDirectory(aside, 0o755);
  for (const entry of entries) unpackEntry(aside, entry, program);
  setMode(aside, 0o755);
  renamePath(aside, directory);
}

function unpackEntry(root: string, entry: RootfsEntry, program: Uint8Array): void {
  const path = `${root}/${entry.path}`;
  switch (entry.kind) {
    case 'directory':
      makeDirectory(path, entry.mode);
      return setMode(path, entry.mode);
    case 'symlink':
      makeSymlink(path, entry.target);
      return;
    case 'file':
    case 'program':
      writeFile(path, entry.kind === 'file' ? entry.text : program, { mode: entry.mode, sync: false, exclusive: true });
      return setMode(path, entry.mode);
  }
}

function removeTree(executor: Uint8Array, path: string): void {
  const plan = [
    { op: 'remove', stage: 'host', because: 'the command that began to unpack it was killed', at: -1, path },
  ] as const;
  launchPlan({ plan, executor });
}
