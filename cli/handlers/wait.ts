import { LimpidError } from '../../base/error.ts';
import { waitContainer, waitForStatus } from '../../engine/containers/wait.ts';
import type { Status } from '../../engine/records/state.ts';
import type { command } from '../commands/wait.ts';
import type { Handler } from '../parse/command.ts';
import { eachReference } from '../each-reference.ts';
import { selectContainers } from '../select-containers.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const references = selectContainers(world, { args, options });
  // All are watched from the start: one that ends while another is waited for is not missed.
  const states = options.condition.map((state) => (state === 'stopped' ? 'exited' : state) as Status);
  const wait = async (reference: string): Promise<number> =>
    states.length > 0
      ? waitForStatus(world, reference, states, options.interval ?? 250)
      : (await waitContainer(world, reference)).code;
  const waiting = new Map(references.map((reference) => [reference, wait(reference)]));
  for (const one of waiting.values()) one.catch(() => {});
  return eachReference(references, output, { print: false }, async (reference) => {
    const code = options.ignore ? await orMinusOne(waiting.get(reference)!) : await waiting.get(reference)!;
    await output.out(`${code}\n`);
  });
};

/** `--ignore`: what is not there has no exit code. */
async function orMinusOne(waiting: Promise<number>): Promise<number> {
  try {
    return await waiting;
  } catch (error) {
    if (error instanceof LimpidError && error.code === 'ENOCONTAINER') return -1;
    throw error;
  }
}
