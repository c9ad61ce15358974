import { startContainer } from '../../engine/containers/start.ts';
import { stopContainer } from '../../engine/containers/stop.ts';
import type { command } from '../commands/restart.ts';
import type { Handler } from '../parse/command.ts';
import { eachReference } from '../each-reference.ts';
import { selectContainers } from '../select-containers.ts';
import { stopOptions } from '../stop-options.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const isRunning = ({ state }: { state: { process?: unknown } }) => state.process !== undefined;
  const whenAll = options.running ? isRunning : () => true;
  const references = selectContainers(world, {
    args,
    options: { ...options, all: options.all || options.running },
    whenAll,
  });
  const how = stopOptions(options);
  return eachReference(references, output, {}, async (reference) => {
    await stopContainer(world, reference, how);
    await startContainer(world, reference);
  });
};
