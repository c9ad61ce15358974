import { LimpidError } from '../../base/error.ts';
import { printable } from '../../base/printable.ts';
import { listImages } from '../../engine/images/list.ts';
import { removeImage } from '../../engine/images/remove.ts';
import type { command } from '../commands/rmi.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const images = options.all ? listImages(world).map(({ id }) => id) : args;
  let exitCode = 0;
  for (const image of images) {
    try {
      const { untagged, deleted } = await removeImage(world, image, { force: options.force || options.all });
      for (const name of untagged) await output.out(`Untagged: ${printable(name)}\n`);
      if (deleted !== undefined) await output.out(`Deleted: ${deleted.slice(deleted.indexOf(':') + 1)}\n`);
    } catch (error) {
      if (!(error instanceof LimpidError)) throw error;
      if (error.code === 'ENOIMAGE' && (options.ignore || options.force)) continue;
      await output.err(`Error: ${error.message}\n`);
      exitCode = Math.max(exitCode, error.exitCode);
    }
  }
  return exitCode;
};
