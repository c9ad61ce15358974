import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/file-status.ts';
import type { ImageDefaults } from '../spec/inputs.ts';
import type { RootfsSource } from '../config.ts';
import type { World } from '../world.ts';
import { builtinDirectory } from './builtin.ts';

/** The read-only layers of a root file system, topmost first, as overlayfs takes them. */
export async function resolveRootfs(world: World, source: RootfsSource): Promise<readonly string[]> {
  switch (source.kind) {
    case 'host':
      return ['/'];
    case 'builtin':
      return [await builtinDirectory(world, source.name)];
    case 'directory':
      return [checkDirectory(source.path)];
    case 'image': {
      const { imageLayers } = await import('../images/image-config.ts');
      return imageLayers(world, source.id);
    }
  }
}

function checkDirectory(path: string): string {
  const status = statPath(path);
  if (status?.kind === 'directory') return path;
  const why = status === undefined ? 'there is no such directory' : `it is a ${status.kind}, not a directory`;
  throw new LimpidError({ code: 'ENOROOTFS', doing: 'use', subject: `root file system "${path}"`, why });
}

/** What a root file system says for itself about the command that runs in it: the built-in one offers its shell. */
export async function imageDefaults(world: World, source: RootfsSource): Promise<ImageDefaults> {
  if (source.kind === 'builtin') return { command: ['sh'] };
  if (source.kind !== 'image') return {};
  const { runtimeDefaults } = await import('../images/image-config.ts');
  return runtimeDefaults(world, source.id);
}
