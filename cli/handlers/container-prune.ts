import { EXIT_ENGINE_FAILED } from '../../base/error.ts';
import { pruneContainers } from '../../engine/containers/prune.ts';
import type { command } from '../commands/container-prune.ts';
import { confirms } from '../confirm.ts';
import { containerFilter } from '../filter/containers.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  const world = worldOf(invocation);
  const wanted = containerFilter(world, options.filter);
  const question = 'This removes all containers that do not run. Go on?';
  if (!options.force && !(await confirms(output, question))) return 0;
  const { removed, failed } = await pruneContainers(world, wanted);
  for (const id of removed) await output.out(`${id}\n`);
  for (const error of failed) await output.err(`Error: ${error.message}\n`);
  return failed.length === 0 ? 0 : EXIT_ENGINE_FAILED;
};
