import { stopContainer } from '../../engine/containers/stop.ts';
import type { command } from '../commands/stop.ts';
import type { Handler } from '../parse/command.ts';
import { eachReference } from '../each-reference.ts';
import { selectContainers } from '../select-containers.ts';
import { stopOptions } from '../stop-options.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const references = selectContainers(world, { args, options, whenAll: ({ state }) => state.process !== undefined });
  const how = stopOptions(options);
  // Side by side: ten containers that ignore their signal are stopped in one time-out, not in ten.
  const stopping = new Map(references.map((reference) => [reference, stopContainer(world, reference, how)]));
  for (const one of stopping.values()) one.catch(() => {});
  return eachReference(references, output, { ignore: options.ignore }, (reference) => stopping.get(reference));
};
