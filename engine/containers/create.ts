import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/file-status.ts';
import { removeFile, writeFile } from '../../kernel/files.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import { needsImages } from '../container-config.ts';
import type { ContainerConfig } from '../config.ts';
import { createRecord, type NewRecord } from '../records/write.ts';
import type { World } from '../world.ts';
import { pinJoined } from './joined.ts';
import { checkBindSources } from './check-bind-sources.ts';

/**
 * Records a container without starting it. What is wrong with the config alone is found here, before anything is
 * written: ENOROOTFS, ENOIMAGE, ENOSOURCE, ENOCONTAINER, ENAMEINUSE. The caller holds the lock of the answer and releases it.
 */
export async function createContainer(world: World, config: ContainerConfig): Promise<NewRecord> {
  await resolveRootfs(world, config.rootfs);
  checkBindSources(config.mounts);
  if (config.cidFile !== undefined) claimCidFile(config.cidFile, config.id);
  try {
    const pinned = await pinReferences(world, config);
    const write = (): NewRecord => createRecord(world, pinned);
    if (!needsImages(config)) return write();
    const { recordWithImage } = await import('../images/hold-image.ts');
    return await recordWithImage(world, config, write);
  } catch (error) {
    if (config.cidFile !== undefined) removeFile(config.cidFile);
    throw error;
  }
}

/** As `createContainer`, for whoever starts it later on; answers its id. */
export async function createForLater(world: World, config: ContainerConfig): Promise<string> {
  const { lock } = await createContainer(world, config.autoRemove ? { ...config, awaitsStart: true } : config);
  lock.release();
  return config.id;
}

/** Names and short ids become what they stand for now. Of the default network alone there is nothing to be looked up. */
async function pinReferences(world: World, config: ContainerConfig): Promise<ContainerConfig> {
  const pinned = pinJoined(world, config);
  const { networks = [] } = config;
  const isPlain = networks.every(
    ({ network, ip, ip6 }) => network === 'limpid' && ip === undefined && ip6 === undefined,
  );
  if (isPlain) return pinned;
  const { pinNetworks } = await import('../networks/check.ts');
  return pinNetworks(world, pinned);
}

/** `--cidfile`: as with podman, a file that is there already belongs to another container. */
function claimCidFile(path: string, id: string): void {
  if (statPath(path) !== undefined) {
    const hint = 'remove it, or choose another';
    throw new LimpidError({
      code: 'EEXIST',
      doing: 'write',
      subject: `--cidfile "${path}"`,
      why: 'the file exists',
      hint,
    });
  }
  writeFile(path, id, { mode: 0o644, sync: false, exclusive: true });
}
