import { EXIT_ENGINE_FAILED, LimpidError } from '../../base/error.ts';
import { removeNetwork } from '../../engine/networks/remove.ts';
import type { command } from '../commands/network-rm.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

/** podman's: 1 where there is none, 2 where one is in use, 125 for the rest. */
const EXIT_CODES: Readonly<Record<string, number>> = { ENONETWORK: 1, EINUSE: 2 };

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  let exitCode = 0;
  for (const reference of args) {
    try {
      const { force, time: timeoutS } = options;
      await output.out(`${await removeNetwork(worldOf(invocation), reference, { force, timeoutS })}\n`);
    } catch (error) {
      if (!(error instanceof LimpidError)) throw error;
      if (force(options) && error.code === 'ENONETWORK') continue;
      await output.err(`Error: ${error.message}\n`);
      exitCode = EXIT_CODES[error.code] ?? EXIT_ENGINE_FAILED;
    }
  }
  return exitCode;
};

/** With --force one that is not there is what was wanted. */
function force(options: { readonly force: boolean }): boolean {
  return options.force;
}
