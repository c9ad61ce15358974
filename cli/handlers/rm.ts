import { removeContainer, removeLeavings } from '../../engine/containers/remove.ts';
import type { command } from '../commands/rm.ts';
import type { Handler } from '../parse/command.ts';
import { eachReference } from '../each-reference.ts';
import { selectContainers } from '../select-containers.ts';
import { worldOf } from '../world.ts';

/** podman's: 1 where there is none, 2 where one runs, 125 for the rest. */
const EXIT_CODES = { ENOCONTAINER: 1, ERUNNING: 2 };

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const references = selectContainers(world, { args, options });
  const timeout = options.time === undefined ? {} : { timeoutS: options.time };
  // With --force a container that is not there is what was wanted, as podman sees it.
  const ignore = options.ignore || options.force;
  const exitCode = await eachReference(references, output, { ignore, exitCodes: EXIT_CODES }, (reference) =>
    removeContainer(world, reference, { force: options.force, ...timeout }),
  );
  if (options.all) await removeLeavings(world);
  return exitCode;
};
