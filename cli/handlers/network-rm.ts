import { removeNetwork } from '../../engine/networks/remove.ts';
import type { command } from '../commands/network-rm.ts';
import { eachReference } from '../each-reference.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

/** podman's: 1 where there is none, 2 where one is in use, 125 for the rest. */
const EXIT_CODES = { ENONETWORK: 1, EINUSE: 2 };

export const handle: Handler<typeof command.options> = (invocation) => {
  const { options, args, output } = invocation;
  const { force, time: timeoutS } = options;
  // With --force one that is not there is what was wanted.
  return eachReference(args, output, { ignore: force, exitCodes: EXIT_CODES }, (reference) =>
    removeNetwork(worldOf(invocation), reference, { force, timeoutS }),
  );
};
