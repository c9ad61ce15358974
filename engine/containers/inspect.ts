import { LimpidError } from '../../base/error.ts';
import { inspectDocument, type ContainerInspect } from '../inspect/document.ts';
import { readLive } from '../inspect/live.ts';
import { readShownSpec } from '../inspect/shown-spec.ts';
import { logPath } from '../logs/log-path.ts';
import type { RootfsSource } from '../config.ts';
import type { EndpointRecord } from '../networks/endpoint-record.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { readRestarts } from '../records/restarts.ts';
import { observeState } from '../records/state.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';

export type { ContainerInspect } from '../inspect/document.ts';

/** All that is known of a container: its record, what it means on this host, and what the kernel says. Throws ENOCONTAINER. */
export async function inspectContainer(world: World, reference: string): Promise<ContainerInspect> {
  return inspectRecord(world, findRecord(world, reference));
}

export async function inspectRecord(world: World, record: ContainerRecord): Promise<ContainerInspect> {
  const { config, paths } = record;
  const state = observeState(world, record);
  const lower = await layersOf(world, config.rootfs);
  const live = state.process === undefined ? undefined : readLive(state.process.pid);
  const spec = await readShownSpec(world, record, { lower, isLive: live !== undefined });
  return inspectDocument({
    config,
    paths,
    state,
    lower,
    logPath: logPath(record),
    restarts: readRestarts(record),
    dependencies: dependencies(world, record),
    ...(config.networks === undefined ? {} : { network: await networkFacts(world, record) }),
    ...(spec === undefined ? {} : { spec }),
    ...(live === undefined ? {} : { live }),
  });
}

/** Its code is for those alone that have networks. */
async function networkFacts(world: World, { config, paths }: ContainerRecord): Promise<EndpointRecord> {
  const { readEndpoints } = await import('../networks/endpoint-record.ts');
  return readEndpoints(world, config, paths);
}

/** None where they are gone: it could not start today, and can still be looked at. */
async function layersOf(world: World, rootfs: RootfsSource): Promise<readonly string[]> {
  try {
    return await resolveRootfs(world, rootfs);
  } catch (error) {
    if (error instanceof LimpidError) return [];
    throw error;
  }
}

function dependencies(world: World, { config }: ContainerRecord): string[] {
  const references = Object.values(config.namespaces).flatMap((mode) =>
    mode.kind === 'container' ? [mode.container] : [],
  );
  return [...new Set(references)].map((reference) => idBehind(world, reference));
}

function idBehind(world: World, reference: string): string {
  try {
    return findRecord(world, reference).config.id;
  } catch {
    return reference;
  }
}
