import { LimpidError } from '../../base/error.ts';
import { builtinNames, builtinRootfs } from '../../kernel/assets.ts';
import { pathExists } from '../../kernel/file-status.ts';
import type { World } from '../world.ts';

/** The directory of a built-in root file system, unpacked at its first use and shared by all containers. */
export async function builtinDirectory(world: World, name: string): Promise<string> {
  const builtin = builtinRootfs(name);
  if (builtin === undefined) throw noSuchBuiltin(name);
  const directory = `${world.root}/builtin/${name}-${builtin.digest}`;
  if (pathExists(directory)) return directory;
  const { unpackBuiltin } = await import('./unpack-builtin.ts');
  await unpackBuiltin(world, builtin, directory);
  return directory;
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
