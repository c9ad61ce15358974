import { pathExists } from '../../kernel/file-status.ts';
import type { ContainerPaths } from '../records/paths.ts';
import type { UserFiles } from '../spec/user.ts';
import { readTextInLayers } from './layers.ts';

/** Text of a root file system's /etc/passwd and /etc/group, as its container has them now. */
export function readUserFiles({ upper }: ContainerPaths, lower: readonly string[]): UserFiles {
  const layers = pathExists(upper) ? [upper, ...lower] : lower;
  const passwd = readTextInLayers(layers, '/etc/passwd');
  const group = readTextInLayers(layers, '/etc/group');
  return { ...(passwd === undefined ? {} : { passwd }), ...(group === undefined ? {} : { group }) };
}
