import { EXIT_ENGINE_FAILED, LimpidError } from '../../base/error.ts';
import { printable } from '../../base/printable.ts';
import { removeManifestList } from '../../engine/images/manifest-remove.ts';
import type { command } from '../commands/manifest-rm.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { args, output } = invocation;
  const world = worldOf(invocation);
  let exitCode = 0;
  for (const list of args) {
    try {
      const { untagged, deleted } = await removeManifestList(world, list);
      for (const name of untagged) await output.out(`Untagged: ${printable(name)}\n`);
      if (deleted !== undefined) await output.out(`Deleted: ${deleted.slice(deleted.indexOf(':') + 1)}\n`);
    } catch (error) {
      if (!(error instanceof LimpidError)) throw error;
      await output.err(`Error: ${error.message}\n`);
      exitCode = EXIT_ENGINE_FAILED;
    }
  }
  return exitCode;
};
