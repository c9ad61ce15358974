import { LimpidError } from '../../base/error.ts';
import { MNT_DETACH, MS_RDONLY } from '../../abi/flags/mount.ts';
import { makeDirectories } from '../../kernel/files.ts';
import { startPlan } from '../../kernel/plan-process.ts';
import { explainFailure } from '../../plan/describe/explain-failure.ts';
import type { Plan } from '../../plan/ops.ts';
import { mountOverlay } from '../../plan/overlay.ts';
import { stagingDirectory } from '../../store/place.ts';
import type { World } from '../world.ts';
import { emptyLayer } from './image-config.ts';

const BECAUSE = 'all layers are read as one';

/** Does something with the tree that several layers, topmost first, are together. */
export async function withMountedLayers<T>(
  world: World,
  layers: readonly string[],
  act: (root: string) => Promise<T>,
): Promise<T> {
  const path = `${stagingDirectory(world)}/${MOUNTED}${process.pid}-${crypto.randomUUID()}`;
  makeDirectories(path, 0o700);
  // overlayfs without an upper directory wants two lower ones.
  const lower = [...new Set([...layers, emptyLayer(world)])];
  try {
    await run(world, [
      mountOverlay({ lower }, { target: path, flags: MS_RDONLY, because: BECAUSE, facts: world.facts }),
    ]);
    return await act(path);
  } finally {
    await clearMounted(world, path);
  }
}

/** Begins the names of such places in staging. */
export const MOUNTED = 'merged-';

/** Takes one away, as its maker does, or who finds it behind a maker that was killed. */
export async function clearMounted(world: World, path: string): Promise<void> {
  const because = BECAUSE;
  await run(world, [
    { op: 'umount', stage: 'host', because, at: -1, path, flags: MNT_DETACH, missingOk: true },
    { op: 'remove', stage: 'host', because, at: -1, path },
  ]);
}

async function run(world: World, plan: Plan): Promise<void> {
  const outcome = await startPlan(plan, await world.executor).outcome;
  if (outcome?.kind === 'failed')
    throw new LimpidError(explainFailure(plan, outcome.index, outcome.errno, outcome.call));
}
