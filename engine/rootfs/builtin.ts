import { LimpidError } from '../../base/error.ts';
import { builtinNames, builtinRootfs, type BuiltinRootfs, type RootfsEntry } from '../../kernel/assets.ts';
import {
  makeDirectories,
  makeDirectory,
  makeSymlink,
  renamePath,
  setMode,
  statPath,
  writeFile,
} from '../../kernel/files.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { waitLock } from '../../kernel/locks.ts';
import type { World } from '../world.ts';

/** The directory of a built-in root file system, unpacked at its first use and shared by all containers. */
export async function builtinDirectory(world: World, name: string): Promise<string> {
  const builtin = builtinRootfs(name);
  if (builtin === undefined) throw noSuchBuiltin(name);
  const directory = `${world.root}/builtin/${name}-${builtin.digest}`;
  if (statPath(directory) !== undefined) return directory;
  makeDirectories(`${world.root}/builtin`, 0o755);
  const lock = waitLock(`${world.root}/builtin.lock`);
  try {
    // Somebody else may have been first.
    if (statPath(directory) === undefined) await unpack(world, builtin, directory);
  } finally {
    if (lock !== 'absent') lock.release();
  }
  return directory;
}

/** For the lock's holder: what lies aside belongs to a command that was killed. */
async function unpack(world: World, builtin: BuiltinRootfs, directory: string): Promise<void> {
  const aside = `${directory}.new`;
  if (statPath(aside) !== undefined) await removeTree(world, aside);
  makeDirectory(aside, 0o755);
  const program = await builtin.program();
  for (const entry of await builtin.entries()) unpackEntry(aside, entry, program);
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

async function removeTree(world: World, path: string): Promise<void> {
  const plan = [
    { op: 'remove', stage: 'host', because: 'the command that began to unpack it was killed', at: -1, path },
  ] as const;
  launchPlan({ plan, executor: await world.executor });
}

function noSuchBuiltin(name: string): LimpidError {
  const known = builtinNames().map((one) => `builtin:${one}`);
  return new LimpidError({
    code: 'ENOIMAGE',
    doing: 'use',
    subject: `image "builtin:${name}"`,
    why: 'there is no such built-in root file system',
    hint: `there is ${known.join(', ')}`,
  });
}
