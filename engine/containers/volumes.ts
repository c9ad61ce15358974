import type { ContainerConfig } from '../config.ts';
import type { World } from '../world.ts';

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
