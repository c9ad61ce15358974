import type { ContainerSummary } from '../engine/containers/list.ts';
import { namespaceInodes } from '../engine/containers/namespace-inodes.ts';
import { measureContainer, type ContainerSize } from '../engine/containers/size.ts';
import { readRestarts } from '../engine/records/restarts.ts';
import type { World } from '../engine/world.ts';
import { publishes, type PsDetails } from './print/ps-row.ts';

/** Sizes by the containers' ids. */
export type ContainerSizes = ReadonlyMap<string, ContainerSize>;

/** What `ps --size` and `--sort size` ask for. */
export async function measureContainers(
  world: World,
  containers: readonly ContainerSummary[],
): Promise<ContainerSizes> {
  const sizes = new Map<string, ContainerSize>();
  for (const one of containers) sizes.set(one.config.id, await measureContainer(world, one));
  return sizes;
}

interface Wanted {
  readonly sizes: ContainerSizes | undefined;
  readonly withNamespaces: boolean;
}

/** What `ps` shows of containers that is neither in their records nor in their states. */
export async function psDetails(
  world: World,
  containers: readonly ContainerSummary[],
  { sizes, withNamespaces }: Wanted,
): Promise<(one: ContainerSummary) => PsDetails> {
  const ports = await publishedBy(world, containers);
  return ({ config, paths, state }) => {
    const size = sizes?.get(config.id);
    const published = ports.get(config.id);
    return {
      ...(size === undefined ? {} : { size }),
      ...(withNamespaces && state.process !== undefined ? { namespaces: namespaceInodes(state.process.pid) } : {}),
      ...(config.restart.policy === 'no' ? {} : { restarts: readRestarts({ paths }) }),
      ...(published === undefined ? {} : { ports: published }),
    };
  };
}

/** Of those that publish anything, by id: the others cost no look at their records. */
async function publishedBy(
  world: World,
  containers: readonly ContainerSummary[],
): Promise<Map<string, NonNullable<PsDetails['ports']>>> {
  const found = new Map<string, NonNullable<PsDetails['ports']>>();
  for (const one of containers) {
    if (!publishes(one)) continue;
    const { portsOf } = await import('../engine/networks/ports.ts');
    const { portsCell, portsJson } = await import('./print/ports-cell.ts');
    const ports = portsOf(world, one);
    found.set(one.config.id, { cell: portsCell(ports), json: portsJson(ports) });
  }
  return found;
}
