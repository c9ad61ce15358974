import { tracePhase } from '../../base/trace.ts';
import { launchEncoded } from '../../kernel/executor.ts';
import { SLOT } from '../../plan/slots.ts';
import { newId, nowText } from '../caller.ts';
import type { ContainerConfig } from '../config.ts';
import { randomName } from '../names.ts';
import { startPrefix } from '../records/state.ts';
import { createRecord, type NewRecord } from '../records/write.ts';
import type { World } from '../world.ts';
import { configFor, planFor, type KeptRun } from './kept-run.ts';

export interface RanKept {
  readonly id: string;
  readonly controlFd: number;
  readonly trace: string;
}

/**
 * Creates and starts a container by a kept plan. `undefined` where that does not go as it went before, with nothing left of
 * it: then the whole way tells why. Throws what creating a record throws.
 */
export async function runKept(
  world: World,
  kept: KeptRun,
  wantedName: string | undefined,
): Promise<RanKept | undefined> {
  const id = newId();
  const config = configFor(kept, { id, name: wantedName ?? randomName(), created: nowText() });
  const record = await writeRecord(world, config);
  tracePhase('record written');
  try {
    const started = await launch(world, kept, record);
    if (started === undefined) await clear(world, record);
    return started;
  } catch (error) {
    await clear(world, record);
    throw error;
  } finally {
    record.lock.release();
  }
}

async function writeRecord(world: World, config: ContainerConfig): Promise<NewRecord> {
  const write = (): NewRecord => createRecord(world, config);
  if (config.rootfs.kind !== 'image') return write();
  const { recordWithImage } = await import('../images/hold-image.ts');
  return recordWithImage(world, config, write);
}

async function launch(world: World, kept: KeptRun, record: NewRecord): Promise<RanKept | undefined> {
  if (!kept.plan.includes('host')) return launchWith(world, kept, record);
  const { takeFreshNetwork } = await import('./fresh-network.ts');
  const fresh = await takeFreshNetwork(world, record.config, record.paths);
  if (fresh === undefined) return undefined;
  let ran: RanKept | undefined;
  try {
    ran = await launchWith(world, kept, record, fresh.parts);
  } finally {
    if (ran === undefined) fresh.networks.release();
  }
  return ran;
}

async function launchWith(
  world: World,
  kept: KeptRun,
  { config, lock }: NewRecord,
  fresh?: Parameters<typeof planFor>[3],
): Promise<RanKept | undefined> {
  const { id, name } = config;
  const prefix = startPrefix(world.facts.bootId, BigInt(Date.now()) * 1_000_000n);
  const { outcome, controlFd, trace } = launchEncoded({
    plan: planFor(world, kept, { id, name, startPrefix: prefix }, fresh),
    executor: await world.executor,
    slots: new Map([[SLOT.lock, lock.fd]]),
  });
  tracePhase('container started');
  return outcome.kind === 'started' ? { id, controlFd, trace } : undefined;
}

async function clear(world: World, record: NewRecord): Promise<void> {
  const { removeRecord } = await import('../containers/remove.ts');
  await removeRecord(world, record);
}
