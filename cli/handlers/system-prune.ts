import { EXIT_ENGINE_FAILED } from '../../base/error.ts';
import { parseInstant } from '../../base/instant.ts';
import { formatDecimalSize } from '../../base/size.ts';
import { pruneContainers } from '../../engine/containers/prune.ts';
import { diskUsage, totalBytes } from '../../engine/images/disk-usage.ts';
import { parseImageFilters } from '../../engine/images/filters.ts';
import { pruneImages } from '../../engine/images/prune.ts';
import type { command } from '../commands/system-prune.ts';
import { confirms } from '../confirm.ts';
import { parseFilters } from '../filters.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  const world = worldOf(invocation);
  const which = options.all ? 'all images that no container needs' : 'all images without a name';
  const question = `This removes all containers that do not run, and ${which}. Go on?`;
  if (!options.force && !(await confirms(output, question))) return 0;
  const wantsImage = parseImageFilters(world, options.filter);
  const untils = options.filter.filter((filter) => filter.startsWith('until='));
  const limits = untils.map((filter) => parseInstant(filter.slice('until='.length), Date.now()) ?? 0);
  const isWanted = parseFilters(options.filter.filter((filter) => !untils.includes(filter)));
  const before = totalBytes(diskUsage(world));
  const containers = await pruneContainers(
    world,
    (one) => isWanted(one) && limits.every((ms) => Date.parse(one.config.created) <= ms),
  );
  const images = await pruneImages(world, { all: options.all, wants: wantsImage });
  const lines = [
    ...(containers.removed.length === 0 ? [] : ['Deleted Containers', ...containers.removed]),
    ...(images.removed.length === 0
      ? []
      : ['Deleted Images', ...images.removed.map((id) => id.slice(id.indexOf(':') + 1))]),
    `Total reclaimed space: ${formatDecimalSize(Math.max(0, before - totalBytes(diskUsage(world))))}`,
  ];
  await output.out(`${lines.join('\n')}\n`);
  for (const error of containers.failed) await output.err(`Error: ${error.message}\n`);
  return containers.failed.length === 0 ? 0 : EXIT_ENGINE_FAILED;
};
