import { parseImageFilters } from '../../engine/images/filters.ts';
import { pruneImages } from '../../engine/images/prune.ts';
import type { command } from '../commands/image-prune.ts';
import { confirms } from '../confirm.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  const world = worldOf(invocation);
  const which = options.all ? 'all images that no container needs' : 'all images without a name';
  if (!options.force && !(await confirms(output, `This removes ${which}. Go on?`))) return 0;
  const wants = parseImageFilters(world, options.filter);
  const { removed } = await pruneImages(world, { all: options.all, wants });
  for (const id of removed) await output.out(`${id.slice(id.indexOf(':') + 1)}\n`);
  return 0;
};
