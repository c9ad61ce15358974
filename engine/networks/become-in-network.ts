import { becomeInNetworkOf } from '../../kernel/executor.ts';
import { openPidfd } from '../../kernel/process.ts';
import { notRunning, requireRunning } from '../containers/kill.ts';
import { findRecord } from '../records/read.ts';
import type { World } from '../world.ts';

/**
 * Replaces this process by a program of the host's in the network namespace of a running container. Returns only by
 * throwing: ENOCONTAINER, ENOTRUNNING.
 */
export async function becomeInNetwork(world: World, reference: string, words: readonly string[]): Promise<never> {
  const record = findRecord(world, reference);
  const { process } = requireRunning(world, record, 'run a program in the network of');
  const target = openPidfd(process);
  if (target === undefined) throw notRunning(record, 'run a program in the network of', 'exited');
  return becomeInNetworkOf(await world.executor, target, words);
}
