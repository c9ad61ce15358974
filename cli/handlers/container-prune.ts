import { EXIT_ENGINE_FAILED } from '../../base/error.ts';
import { parseInstant } from '../../base/instant.ts';
import { pruneContainers } from '../../engine/containers/prune.ts';
import type { ContainerSummary } from '../../engine/containers/list.ts';
import type { command } from '../commands/container-prune.ts';
import { containerFilter } from '../filter/containers.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  if (!options.force && !(await confirms(output))) return 0;
  const { removed, failed } = await pruneContainers(worldOf(invocation), wanted(options.filter));
  for (const id of removed) await output.out(`${id}\n`);
  for (const error of failed) await output.err(`Error: ${error.message}\n`);
  return failed.length === 0 ? 0 : EXIT_ENGINE_FAILED;
};

async function confirms(output: { out(text: string): void | Promise<void> }): Promise<boolean> {
  await output.out('This removes all containers that do not run. Go on? [y/N] ');
  for await (const line of console) return /^y(es)?$/i.test(line.trim());
  return false;
}

/** `until=TIME` spares what is younger; the other filters are those of `ps`. */
function wanted(filters: readonly string[]): (container: ContainerSummary) => boolean {
  const until = filters
    .filter((filter) => filter.startsWith('until='))
    .map((filter) => parseInstant(filter.slice(6), Date.now()));
  const matches = containerFilter(filters.filter((filter) => !filter.startsWith('until=')));
  return (container) =>
    matches(container) && until.every((ms) => ms !== undefined && Date.parse(container.config.created) <= ms);
}
