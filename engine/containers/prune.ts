import { LimpidError } from '../../base/error.ts';
import { sweepAllLeases } from '../networks/remove-leases.ts';
import type { World } from '../world.ts';
import { listContainers, type ContainerSummary } from './list.ts';
import { removeContainer, removeLeavings } from './remove.ts';

export interface Pruned {
  /** Ids of the removed containers. */
  readonly removed: readonly string[];
  /** What stayed, and why. */
  readonly failed: readonly LimpidError[];
}

/** Removes the containers that do not run, and what killed commands left; `wants` may spare some. Goes on past failures. */
export async function pruneContainers(
  world: World,
  wants: (container: ContainerSummary) => boolean = () => true,
): Promise<Pruned> {
  const removed: string[] = [];
  const failed: LimpidError[] = [];
  for (const container of listContainers(world)) {
    const { status } = container.state;
    if ((status !== 'created' && status !== 'exited') || !wants(container)) continue;
    try {
      await removeContainer(world, container.config.id);
      removed.push(container.config.id);
    } catch (error) {
      if (!(error instanceof LimpidError)) throw error;
      // Somebody else was faster, or has started it: both are fine.
      if (error.code !== 'ENOCONTAINER' && error.code !== 'ERUNNING') failed.push(error);
    }
  }
  await removeLeavings(world);
  sweepAllLeases(world);
  return { removed, failed };
}
