import { concatMap } from '../../base/concat-map.ts';
import { listDirectory } from '../../kernel/files.ts';
import type { Op } from '../../plan/ops.ts';
import type { ContainerConfig } from '../config.ts';
import type { World } from '../world.ts';
import type { RootOutside } from './root-outside.ts';

/** Host directories of the volumes that a container mounts: by name, or by destination for anonymous ones. */
export function volumeDirectories(world: World, { id, mounts }: ContainerConfig): Record<string, string> {
  const directories: Record<string, string> = {};
  for (const { type, source, destination } of mounts) {
    if (type !== 'volume') continue;
    if (source) directories[source] = `${world.root}/volumes/${source}/_data`;
    else directories[destination] = `${world.root}/containers/${id}/volumes${destination}`;
  }
  return directories;
}

/** Host stage: volumes are made by their first use, as podman makes them, for the root of the container that does. */
export function makeVolumes(world: World, config: ContainerConfig, owner?: RootOutside): Op[] {
  return concatMap(Object.values(volumeDirectories(world, config)), (path): Op[] => {
    const steps = path.slice(world.root.length + 1).split('/');
    const make = steps.map((_, index) => makeStep(`${world.root}/${steps.slice(0, index + 1).join('/')}`));
    // One that was made and not used yet is nobody's.
    if (owner === undefined || listDirectory(path).length > 0) return make;
    return [...make, { op: 'chown', stage: 'host', because: '--volume', at: -1, path, ...owner }];
  });
}

function makeStep(path: string): Op {
  return { op: 'mkdir', stage: 'host', because: '--volume', at: -1, path, mode: 0o755, existOk: true };
}
