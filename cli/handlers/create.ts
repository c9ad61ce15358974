import { createForLater } from '../../engine/containers/create.ts';
import { removeNamed } from '../../engine/containers/run.ts';
import type { command } from '../commands/create.ts';
import { needsImages } from '../../engine/container-config.ts';
import { newConfig } from '../create-options/new-config.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  const world = worldOf(invocation);
  let config = newConfig(world, invocation);
  if (options['volumes-from'].length > 0) {
    const { withVolumesFrom } = await import('../../engine/containers/volumes-from.ts');
    config = withVolumesFrom(world, config, options['volumes-from']);
  }
  if (needsImages(config)) {
    const { adoptForCommand } = await import('../create-options/adopt-image.ts');
    config = await adoptForCommand(world, config, invocation);
  }
  if (options.show !== undefined) {
    const { showLaunch } = await import('../show.ts');
    return showLaunch(world, config, options.show, output);
  }
  if (options.replace) await removeNamed(world, config);
  await output.out(`${await createForLater(world, config)}\n`);
  return 0;
};
