import { LimpidError } from '../../base/error.ts';
import { MNT_DETACH, MS_NODEV, MS_NOSUID, MS_RDONLY } from '../../abi/flags/mount.ts';
import { O_CLOEXEC, O_DIRECTORY, O_PATH, openFlagsOn } from '../../abi/flags/open.ts';
import { hostArch } from '../../kernel/arch.ts';
import { statPath } from '../../kernel/file-status.ts';
import { listDirectory, makeDirectories, renamePath, statInRoot } from '../../kernel/files.ts';
import { tryLock, type Lock } from '../../kernel/locks.ts';
import { startPlan } from '../../kernel/plan-process.ts';
import { explainFailure } from '../../plan/describe/explain-failure.ts';
import type { Op, Plan } from '../../plan/ops.ts';
import { mountOverlay } from '../../plan/overlay.ts';
import { emptyLayer } from '../images/image-config.ts';
import type { ContainerConfig } from '../config.ts';
import type { ContainerPaths } from '../records/paths.ts';
import { volumeDirectories } from '../containers/volumes.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';

/** A volume that nothing is in yet, and where the container sees it. */
interface NewVolume {
  readonly directory: string;
  readonly destination: string;
}

const BECAUSE = 'a new volume begins as what the image has there';
const LOCK_LOOK_MS = 10;
// Any that no other operation of these plans uses.
const LAYERS = 0;
const SOURCE = 1;

/**
 * Puts into each new volume what the image has in its place, with owners and modes, as podman and Docker do; `nocopy`
 * leaves it empty. Each appears by one rename: whole or not at all. What maps ids is left empty.
 */
export async function fillVolumes(world: World, config: ContainerConfig, paths: ContainerPaths): Promise<void> {
  if (config.uidMappings.length > 0 || newVolumes(world, config).length === 0) return;
  const lock = await lockVolumes(world);
  try {
    // Another container may have been first.
    const volumes = newVolumes(world, config);
    if (volumes.length > 0) await fillAll(world, config, paths.merged, volumes);
  } finally {
    lock.release();
  }
}

function newVolumes(world: World, config: ContainerConfig): NewVolume[] {
  const directories = volumeDirectories(world, config);
  return config.mounts.flatMap(({ type, source, destination, options }): NewVolume[] => {
    if (type !== 'volume' || options.includes('nocopy')) return [];
    const directory = directories[source === undefined || source === '' ? destination : source]!;
    return isEmpty(directory) ? [{ directory, destination }] : [];
  });
}

function isEmpty(directory: string): boolean {
  return statPath(directory) === undefined || listDirectory(directory).length === 0;
}

/** The layers are mounted where the container's root will be: whatever becomes of us, that is cleared away with it. */
async function fillAll(world: World, config: ContainerConfig, merged: string, volumes: readonly NewVolume[]) {
  const lower = await resolveRootfs(world, config.rootfs);
  makeDirectories(merged, 0o755);
  const mountLayers = mountOverlay(
    { lower: [...lower, emptyLayer(world)] },
    { target: merged, flags: MS_RDONLY | MS_NODEV | MS_NOSUID, because: BECAUSE, facts: world.facts },
  );
  await run(world, [umount(merged), mountLayers]);
  try {
    for (const { directory, destination } of volumes) {
      if (statInRoot(merged, destination)?.kind !== 'directory') continue;
      const aside = `${directory}.new`;
      makeDirectories(aside.slice(0, aside.lastIndexOf('/')), 0o755);
      await run(world, copy(merged, destination, aside));
      renamePath(aside, directory);
    }
  } finally {
    await run(world, [umount(merged)]);
  }
}

/** The image's own links lead nowhere but into its own layers. */
function copy(root: string, source: string, target: string): Plan {
  const because = BECAUSE;
  const flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  return [
    // Half of it may be left by a command that was killed.
    { op: 'remove', stage: 'host', because, at: -1, path: target },
    { op: 'mkdir', stage: 'host', because, at: -1, path: target, mode: 0o755, existOk: false },
    {
      op: 'open',
      stage: 'host',
      because,
      slot: LAYERS,
      at: -1,
      path: root,
      flags: openFlagsOn(hostArch, flags),
      mode: 0,
    },
    {
      op: 'open',
      stage: 'host',
      because,
      slot: SOURCE,
      at: LAYERS,
      path: source,
      flags: openFlagsOn(hostArch, flags),
      mode: 0,
    },
    { op: 'copy_tree', stage: 'host', because, source: SOURCE, at: -1, path: target },
  ];
}

function umount(path: string): Op {
  return { op: 'umount', stage: 'host', because: BECAUSE, at: -1, path, flags: MNT_DETACH, missingOk: true };
}

async function run(world: World, plan: Plan): Promise<void> {
  const outcome = await startPlan(plan, await world.executor).outcome;
  if (outcome?.kind === 'failed')
    throw new LimpidError(explainFailure(plan, outcome.index, outcome.errno, outcome.call));
}

async function lockVolumes({ runroot }: World): Promise<Lock> {
  makeDirectories(runroot, 0o755);
  for (;;) {
    const lock = tryLock(`${runroot}/volumes.lock`);
    if (lock !== 'busy' && lock !== 'absent') return lock;
    await Bun.sleep(LOCK_LOOK_MS);
  }
}
