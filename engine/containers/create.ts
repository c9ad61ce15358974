import { resolveRootfs } from '../rootfs/resolve.ts';
import type { ContainerConfig } from '../config.ts';
import { createRecord, type NewRecord } from '../records/write.ts';
import type { World } from '../world.ts';
import { pinJoined } from './joined.ts';
import { checkBindSources } from './source-kinds.ts';

/**
 * Records a container without starting it. What is wrong with the config alone is found here, before anything is
 * written: ENOROOTFS, ENOIMAGE, ENOSOURCE, ENOCONTAINER, ENAMEINUSE. The caller holds the lock of the answer and releases it.
 */
export async function createContainer(world: World, config: ContainerConfig): Promise<NewRecord> {
  await resolveRootfs(world, config.rootfs);
  checkBindSources(config.mounts);
  return createRecord(world, pinJoined(world, config));
}
