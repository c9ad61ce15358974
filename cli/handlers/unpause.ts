import { unpauseContainer } from '../../engine/containers/pause.ts';
import type { command } from '../commands/unpause.ts';
import type { Handler } from '../parse/command.ts';
import { eachReference } from '../each-reference.ts';
import { selectContainers } from '../select-containers.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const references = selectContainers(world, { args, options, whenAll: ({ state }) => state.status === 'paused' });
  return eachReference(references, output, {}, (reference) => unpauseContainer(world, reference));
};
