import { EXIT_ENGINE_FAILED } from '../../base/error.ts';
import { findImage, shortId } from '../../engine/images/find.ts';
import { mountedImages, unmountImage } from '../../engine/images/mount.ts';
import type { command } from '../commands/image-unmount.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const images = options.all ? mountedImages(world).map(({ image }) => image.id) : args;
  let exitCode = 0;
  for (const image of images) {
    const { id } = findImage(world, image);
    if (await unmountImage(world, id, { force: options.force || options.all })) {
      await output.out(`${id.slice(id.indexOf(':') + 1)}\n`);
      continue;
    }
    await output.err(`Error: cannot unmount image "${shortId(id)}": it is not mounted\n`);
    exitCode = EXIT_ENGINE_FAILED;
  }
  return exitCode;
};
