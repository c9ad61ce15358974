import { LimpidError } from '../../base/error.ts';
import { O_WRONLY } from '../../abi/flags/open.ts';
import { freezerFile } from '../../kernel/freezer.ts';
import { closeDescriptor } from '../../kernel/descriptors.ts';
import { makePipe } from '../../kernel/pipe.ts';
import { startPlan } from '../../kernel/plan-process.ts';
import type { Plan } from '../../plan/ops.ts';
import { CALLER_SLOT, NONE } from '../../plan/slots.ts';
import { cgroupPath } from '../cgroup-path.ts';
import { pauseContainer, unpauseContainer } from '../containers/pause.ts';
import type { ContainerRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import type { World } from '../world.ts';

const BECAUSE = 'a command that was killed leaves no container standing still';

/**
 * Acts while a container that runs stands still. Whatever becomes of this process, the container goes on: a process of its
 * own is there beforehand, and thaws it when this one has ended without a word.
 */
export async function whilePaused<T>(
  world: World,
  record: ContainerRecord,
  act: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (observeState(world, record).status !== 'running') return act();
  const dismiss = await startThawer(world, record);
  try {
    const { id } = pauseContainer(world, record.config.id).config;
    const goOn = () => thaw(world, id);
    signal?.addEventListener('abort', goOn);
    return await act().finally(() => {
      signal?.removeEventListener('abort', goOn);
      goOn();
    });
  } finally {
    await dismiss();
  }
}

/** In a session of its own, so that what ends a terminal's programs does not end it too. Answers how to send it away. */
async function startThawer(world: World, { config }: ContainerRecord): Promise<() => Promise<void>> {
  const file = freezerFile(world.facts.cgroup, cgroupPath(config));
  // Where there is none, the pause says so.
  if (file === undefined) return async () => undefined;
  const { path, thawed } = file;
  const plan: Plan = [
    { op: 'await_end', stage: 'host', because: BECAUSE, slot: CALLER_SLOT.stdin },
    {
      op: 'write',
      stage: 'host',
      because: BECAUSE,
      at: NONE,
      path,
      flags: O_WRONLY,
      data: new TextEncoder().encode(thawed),
    },
  ];
  const { readFd, writeFd } = makePipe();
  const thawer = startPlan(plan, await world.executor, new Map([[CALLER_SLOT.stdin, readFd]]));
  closeDescriptor(readFd);
  return async () => {
    // It would thaw once more, perhaps what somebody has paused meanwhile.
    thawer.kill();
    await thawer.outcome;
    closeDescriptor(writeFd);
  };
}

/** Somebody may have removed it meanwhile, or let it go on. */
function thaw(world: World, id: string): void {
  try {
    unpauseContainer(world, id);
  } catch (error) {
    if (!(error instanceof LimpidError)) throw error;
  }
}
