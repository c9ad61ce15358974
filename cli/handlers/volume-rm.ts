import { listVolumes } from '../../engine/volumes/list.ts';
import { removeVolume } from '../../engine/volumes/remove.ts';
import type { command } from '../commands/volume-rm.ts';
import { eachReference } from '../each-reference.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

/** podman's: 1 where there is none, 2 where one is in use, 125 for the rest. */
const EXIT_CODES = { ENOVOLUME: 1, EINUSE: 2 };

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const { force, time: timeoutS } = options;
  const names = options.all ? listVolumes(world).map(({ name }) => name) : args;
  // With --force one that is not there is what was wanted.
  return eachReference(names, output, { ignore: force, exitCodes: EXIT_CODES }, (name) =>
    removeVolume(world, name, { force, timeoutS }),
  );
};
