import { killContainer } from '../../engine/containers/kill.ts';
import type { command } from '../commands/kill.ts';
import type { Handler } from '../parse/command.ts';
import { eachReference } from '../each-reference.ts';
import { signalNumber } from '../parse/signal.ts';
import { selectContainers } from '../select-containers.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const signal = signalNumber(options.signal);
  const references = selectContainers(world, { args, options, whenAll: ({ state }) => state.process !== undefined });
  return eachReference(references, output, {}, (reference) => killContainer(world, reference, signal));
};
