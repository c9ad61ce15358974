import { LimpidError } from '../../base/error.ts';
import { MS_NODEV, MS_NOSUID, MS_RDONLY } from '../../abi/flags/mount.ts';
import { O_CLOEXEC, O_DIRECTORY, O_PATH, openFlagsOn } from '../../abi/flags/open.ts';
import { hostArch } from '../../kernel/arch.ts';
import { statPath } from '../../kernel/file-status.ts';
import { listDirectory, makeDirectories, renamePath } from '../../kernel/files.ts';
import { tryLock, type Lock } from '../../kernel/locks.ts';
import { startPlan } from '../../kernel/plan-process.ts';
import { explainFailure } from '../../plan/describe/explain-failure.ts';
import type { Op } from '../../plan/ops.ts';
import { stagingDirectory } from '../../plan/mapped-layers.ts';
import { mountOverlay } from '../../plan/overlay.ts';
import { emptyLayer } from '../images/image-config.ts';
import type { ContainerConfig } from '../config.ts';
import type { ContainerPaths } from '../records/paths.ts';
import { volumeDirectories } from '../containers/volumes.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import { shownLayers, umountAt } from '../rootfs/shown-layers.ts';
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
/** ENOENT, ENOTDIR, ELOOP */
const NOTHING_THERE: ReadonlySet<number> = new Set([2, 20, 40]);

/**
 * Puts into each new volume what the image has in its place, with owners and modes, as podman and Docker do; `nocopy`
 * leaves it empty. Each appears by one rename: whole or not at all. For a container that maps ids the owners are those that
 * it sees in its layers.
 */
export async function fillVolumes(world: World, config: ContainerConfig, paths: ContainerPaths): Promise<void> {
  if (newVolumes(world, config).length === 0) return;
  const lock = await lockVolumes(world);
  try {
    // Another container may have been first.
    const volumes = newVolumes(world, config);
    if (volumes.length > 0) await fillAll(world, config, paths, volumes);
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
async function fillAll(
  world: World,
  config: ContainerConfig,
  { merged, upper }: ContainerPaths,
  volumes: readonly NewVolume[],
) {
  const layers = [...(await resolveRootfs(world, config.rootfs)), emptyLayer(world)];
  makeDirectories(merged, 0o755);
  for (const { directory } of volumes) makeDirectories(directory.slice(0, directory.lastIndexOf('/')), 0o755);
  const flags = MS_RDONLY | MS_NODEV | MS_NOSUID;
  const staging = stagingDirectory(upper);
  const { lower, before } = shownLayers(world, config, layers, staging);
  const mount = mountOverlay({ lower }, { target: merged, flags, because: BECAUSE, facts: world.facts });
  const places = [merged, staging];
  for (let left = [...volumes]; left.length > 0;) {
    const copies = left.map((volume) => copyOps(merged, volume));
    const plan = [
      ...places.map((path) => umountAt(path, 'host', BECAUSE)),
      ...before,
      mount,
      ...copies.flat(),
      ...places.map((path) => umountAt(path, 'cleanup', BECAUSE)),
    ];
    const outcome = await startPlan(plan, await world.executor).outcome;
    if (outcome?.kind === 'done') return publish(left);
    if (outcome === undefined)
      throw new LimpidError({ code: 'EEXECUTOR', doing: 'fill', subject: 'new volumes', why: 'the executor died' });
    const failed = plan[outcome.index]!;
    const missing = left.find((_, at) => copies[at]!.includes(failed));
    // Not each VOLUME is a directory of its image.
    if (missing === undefined || failed.op !== 'open' || !NOTHING_THERE.has(outcome.errno))
      throw new LimpidError(explainFailure(plan, outcome.index, outcome.errno, outcome.call));
    left = left.filter((volume) => volume !== missing);
  }
}

function publish(volumes: readonly NewVolume[]): void {
  for (const { directory } of volumes) renamePath(aside(directory), directory);
}

function aside(directory: string): string {
  return `${directory}.new`;
}

/** The image's own links lead nowhere but into its own layers. */
function copyOps(root: string, { directory, destination }: NewVolume): Op[] {
  const because = BECAUSE;
  const flags = openFlagsOn(hostArch, O_PATH | O_DIRECTORY | O_CLOEXEC);
  const path = aside(directory);
  return [
    { op: 'open', stage: 'host', because, slot: LAYERS, at: -1, path: root, flags, mode: 0 },
    { op: 'open', stage: 'host', because, slot: SOURCE, at: LAYERS, path: destination, flags, mode: 0 },
    // Half of it may be left by a command that was killed.
    { op: 'remove', stage: 'host', because, at: -1, path },
    { op: 'mkdir', stage: 'host', because, at: -1, path, mode: 0o755, existOk: false },
    { op: 'copy_tree', stage: 'host', because, source: SOURCE, at: -1, path },
    { op: 'close', stage: 'host', because, slot: SOURCE },
    { op: 'close', stage: 'host', because, slot: LAYERS },
  ];
}

async function lockVolumes({ runroot }: World): Promise<Lock> {
  makeDirectories(runroot, 0o755);
  for (;;) {
    const lock = tryLock(`${runroot}/volumes.lock`);
    if (lock !== 'busy' && lock !== 'absent') return lock;
    await Bun.sleep(LOCK_LOOK_MS);
  }
}
