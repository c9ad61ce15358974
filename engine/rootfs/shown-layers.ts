import { MNT_DETACH } from '../../abi/flags/mount.ts';
import { bindMapped } from '../../plan/mapped-layers.ts';
import type { Op } from '../../plan/ops.ts';
import { SLOT } from '../../plan/slots.ts';
import { idMap } from '../../plan/user-namespace.ts';
import type { ContainerConfig } from '../config.ts';
import { joinedMaps } from '../containers/joined-maps.ts';
import { joinedProcesses } from '../containers/joined.ts';
import type { IdMaps } from '../spec/inputs.ts';
import type { World } from '../world.ts';

/** Layers as a container sees their owners, and what makes them so. */
export interface ShownLayers {
  readonly lower: readonly string[];
  /** Host stage, before the overlay is mounted. */
  readonly before: readonly Op[];
  /** Where they are bound with their ids mapped; the overlay holds copies of its own. */
  readonly staging?: string;
  readonly maps?: IdMaps;
}

const BECAUSE = 'the container’s ids in its layers';

/** For a container that maps ids its layers are bound below `staging`; for any other they are what they are. */
export function shownLayers(
  world: World,
  config: ContainerConfig,
  layers: readonly string[],
  staging: string,
): ShownLayers {
  const maps = containerMaps(world, config);
  if (maps === undefined) return { lower: layers, before: [] };
  const [uidMap, gidMap] = [idMap(maps.uidMappings), idMap(maps.gidMappings)];
  const openMaps: Op = {
    op: 'user_namespace',
    stage: 'host',
    because: BECAUSE,
    slot: SLOT.idMaps,
    uidMap,
    gidMap,
  };
  return { ...bindMapped(layers, staging, openMaps), staging, maps };
}

/** The id maps of the user namespace that a container makes or joins; `undefined` where its ids are the host's. */
export function containerMaps(world: World, config: ContainerConfig): IdMaps | undefined {
  const joins = config.namespaces.user.kind !== 'private';
  const maps = joins ? joinedMaps(config, joinedProcesses(world, config)) : config;
  return maps === undefined || maps.uidMappings.length === 0 ? undefined : maps;
}

/** Takes a mount point away, whether anything is mounted there or not. */
export function umountAt(path: string, stage: 'host' | 'cleanup', because: string): Op {
  return { op: 'umount', stage, because, at: -1, path, flags: MNT_DETACH, missingOk: true };
}
