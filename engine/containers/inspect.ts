import { LimpidError } from '../../base/error.ts';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import { inspectDocument, type ContainerInspect } from '../inspect/document.ts';
import { readLive } from '../inspect/live.ts';
import type { EndpointRecord } from '../networks/endpoint-record.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { readRestarts } from '../records/restarts.ts';
import { observeState } from '../records/state.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';
import { logPath } from './logs.ts';
import { readSpec } from './prepare.ts';

export type { ContainerInspect } from '../inspect/document.ts';

/** All that is known of a container: its record, what it means on this host, and what the kernel says. Throws ENOCONTAINER. */
export async function inspectContainer(world: World, reference: string): Promise<ContainerInspect> {
  return inspectRecord(world, findRecord(world, reference));
}

export async function inspectRecord(world: World, record: ContainerRecord): Promise<ContainerInspect> {
  const { config, paths } = record;
  const state = observeState(world, record);
  const lower = (await unlessImpossible(() => resolveRootfs(world, config.rootfs))) ?? [];
  const spec = await unlessImpossible(
    async (): Promise<RuntimeSpec> => (await readSpec(world, config, paths, lower, undefined)).spec,
  );
  const live = state.process === undefined ? undefined : readLive(state.process.pid);
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

/** A container that could not start today, because a directory or a device is gone, can still be looked at. */
async function unlessImpossible<T>(find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof LimpidError) return undefined;
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
