import { MNT_DETACH, MS_NODEV, MS_NOSUID, MS_RDONLY } from '../../abi/flags/mount.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { statPath } from '../../kernel/file-status.ts';
import { listDirectory, makeDirectories, readText, removeFile, writeFile } from '../../kernel/files.ts';
import { libc } from '../../kernel/libc.ts';
import type { Plan } from '../../plan/ops.ts';
import { mountOverlay } from '../../plan/overlay.ts';
import type { Digest } from '../../spec/image.ts';
import { lockEntries } from '../../store/images/index-file.ts';
import { imagesDirectory } from '../../store/place.ts';
import { launchError } from '../containers/start.ts';
import type { World } from '../world.ts';
import { imageById, lookUp, noSuchImage, type StoredImage } from './find.ts';
import { imageLayers } from './image-config.ts';

export interface MountedImage {
  readonly image: StoredImage;
  readonly path: string;
}

const BECAUSE = 'limpid image mount';

/**
 * Shows an image's files at a directory of this machine, read-only, without devices and set-uid programs. Mounted twice
 * it wants to be unmounted twice, as with podman. Throws ENOIMAGE.
 */
export async function mountImage(world: World, text: string): Promise<MountedImage> {
  const executor = await world.executor;
  const answer = lockEntries(world, ({ entries }) => {
    const image = lookUp(entries, text);
    if (image === undefined) throw noSuchImage(text);
    const path = mountPoint(world, image.id);
    const count = mountCount(world, image.id);
    const plan = count > 0 ? [] : planMount(world, image.id, path);
    makeDirectories(path, 0o700);
    const outcome = plan.length === 0 ? undefined : runPlan(plan, executor);
    if (outcome?.kind === 'failed') return { failed: { plan, outcome } };
    setMountCount(world, image.id, count + 1);
    return { mounted: { image, path } };
  });
  if (answer.mounted !== undefined) return answer.mounted;
  throw await launchError(answer.failed.plan, answer.failed.outcome, `image "${text}"`);
}

/** Takes one mount of an image away, or with `force` all. False where it is not mounted. Throws ENOIMAGE. */
export async function unmountImage(
  world: World,
  text: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<boolean> {
  const executor = await world.executor;
  return lockEntries(world, ({ entries }) => {
    const image = lookUp(entries, text);
    if (image === undefined) throw noSuchImage(text);
    const count = mountCount(world, image.id);
    if (count === 0) return false;
    setMountCount(world, image.id, force ? 0 : count - 1);
    if (!force && count > 1) return true;
    const path = mountPoint(world, image.id);
    const because = BECAUSE;
    runPlan(
      [
        { op: 'umount', stage: 'host', because, at: -1, path, flags: MNT_DETACH, missingOk: true },
        { op: 'remove', stage: 'host', because, at: -1, path },
      ],
      executor,
    );
    return true;
  });
}

/** All that are mounted. */
export function mountedImages(world: World): MountedImage[] {
  return lockEntries(world, ({ entries }) => {
    const found: MountedImage[] = [];
    for (const name of listDirectory(mountsDirectory(world))) {
      const image = imageById(entries, `sha256:${name}`);
      if (image !== undefined && isMounted(world, image.id)) found.push({ image, path: mountPoint(world, image.id) });
    }
    return found;
  });
}

export function isMounted(world: World, id: Digest): boolean {
  return mountCount(world, id) > 0;
}

function planMount(world: World, id: Digest, target: string): Plan {
  const empty = `${imagesDirectory(world)}/empty`;
  makeDirectories(empty, 0o755);
  // overlayfs without an upper directory wants two lower ones.
  const lower = [...new Set([...imageLayers(world, id), empty])];
  const flags = MS_RDONLY | MS_NODEV | MS_NOSUID;
  return [mountOverlay({ lower }, { target, flags, because: BECAUSE, facts: world.facts })];
}

function runPlan(plan: Plan, executor: Uint8Array) {
  const { outcome, controlFd } = launchPlan({ plan, executor });
  libc.close(controlFd);
  return outcome;
}

/** Where a reboot, which ends the mounts, forgets them too. */
function mountsDirectory({ runroot }: World): string {
  return `${runroot}/image-mounts`;
}

function mountPoint(world: World, id: Digest): string {
  return `${mountsDirectory(world)}/${id.slice(id.indexOf(':') + 1)}`;
}

function mountCount(world: World, id: Digest): number {
  const path = `${mountPoint(world, id)}.count`;
  return statPath(path) === undefined ? 0 : Number(readText(path));
}

function setMountCount(world: World, id: Digest, count: number): void {
  const path = `${mountPoint(world, id)}.count`;
  if (count === 0) removeFile(path);
  else writeFile(path, String(count), { mode: 0o600, sync: false });
}
