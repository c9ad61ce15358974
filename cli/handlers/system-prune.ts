import { EXIT_ENGINE_FAILED, LimpidError } from '../../base/error.ts';
import { formatDecimalSize } from '../../base/size.ts';
import { pruneContainers } from '../../engine/containers/prune.ts';
import { diskUsage, totalBytes } from '../../engine/images/disk-usage.ts';
import { parseImageFilters } from '../../engine/images/filters.ts';
import { pruneImages } from '../../engine/images/prune.ts';
import { pruneVolumes } from '../../engine/volumes/prune.ts';
import type { command } from '../commands/system-prune.ts';
import { confirms } from '../confirm.ts';
import { containerFilter } from '../filter/containers.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  const world = worldOf(invocation);
  const which = options.all ? 'all images that no container needs' : 'all images without a name';
  const things = [
    'all containers that do not run',
    which,
    ...(options.volumes ? ['all volumes that none of the others has'] : []),
  ];
  const question = `This removes ${things.slice(0, -1).join(', ')}, and ${things.at(-1)}. Go on?`;
  if (options.volumes && options.filter.length > 0) {
    const why = '--filter chooses containers and images; for these there is `limpid volume prune --filter`';
    throw new LimpidError({ code: 'EOPTION', doing: 'prune', subject: 'volumes', why });
  }
  const wantsImage = parseImageFilters(world, options.filter);
  const wantsContainer = containerFilter(world, options.filter);
  if (!options.force && !(await confirms(output, question))) return 0;
  const before = totalBytes(diskUsage(world));
  const containers = await pruneContainers(world, wantsContainer);
  const images = await pruneImages(world, { all: options.all, wants: wantsImage });
  const volumes = options.volumes ? await pruneVolumes(world) : [];
  const lines = [
    ...(containers.removed.length === 0 ? [] : ['Deleted Containers', ...containers.removed]),
    ...(images.removed.length === 0
      ? []
      : ['Deleted Images', ...images.removed.map((id) => id.slice(id.indexOf(':') + 1))]),
    ...(volumes.length === 0 ? [] : ['Deleted Volumes', ...volumes]),
    `Total reclaimed space: ${formatDecimalSize(Math.max(0, before - totalBytes(diskUsage(world))))}`,
  ];
  await output.out(`${lines.join('\n')}\n`);
  for (const error of containers.failed) await output.err(`Error: ${error.message}\n`);
  return containers.failed.length === 0 ? 0 : EXIT_ENGINE_FAILED;
};
