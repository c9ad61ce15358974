import { LimpidError } from '../../base/error.ts';
import { readRecord, type ContainerRecord } from '../records/read.ts';
import { countRestart, forgetRestarts, isMarkedStopped, readRestarts } from '../records/restarts.ts';
import { observeState } from '../records/state.ts';
import type { World } from '../world.ts';
import { startContainer } from './start.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 60_000;
/** A run of this length counts as having worked: the next delay is the first again. */
const SETTLED_MS = 10_000;

/**
 * What a monitor leaves to be decided when its container has exited: starts it again if its `--restart` policy says so,
 * after a delay that doubles from 0.1 to 60 s. Answers whether it did.
 */
export async function restartByPolicy(world: World, id: string): Promise<boolean> {
  const record = readRecord(world, id);
  if (record === undefined || !wantsRestart(world, record)) return false;
  if (settled(world, record)) forgetRestarts(record);
  await Bun.sleep(Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** readRestarts(record)));
  const now = readRecord(world, id);
  if (now === undefined || !wantsRestart(world, now)) return false;
  countRestart(now);
  try {
    await startContainer(world, id, { byPolicy: true });
    return true;
  } catch (error) {
    if (error instanceof LimpidError && error.code === 'ENOCONTAINER') return false;
    throw error;
  }
}

function wantsRestart(world: World, record: ContainerRecord): boolean {
  const { policy, maxRetries } = record.config.restart;
  const { status, exitCode } = observeState(world, record);
  if (policy === 'no' || (status !== 'exited' && status !== 'stopping')) return false;
  if (isMarkedStopped(record)) return false;
  if (policy !== 'on-failure') return true;
  return exitCode !== 0 && (maxRetries === 0 || readRestarts(record) < maxRetries);
}

function settled(world: World, record: ContainerRecord): boolean {
  const { startedAt, finishedAt } = observeState(world, record);
  return (
    startedAt !== undefined && finishedAt !== undefined && Date.parse(finishedAt) - Date.parse(startedAt) >= SETTLED_MS
  );
}
