import { listContainers, type ContainerSummary } from '../../engine/containers/list.ts';
import { listIds } from '../../engine/records/list.ts';
import { holdsOtherNames } from '../../engine/records/other-names.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/ps.ts';
import type { Output } from '../output.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { printPs, printUsual, PS_HEADINGS, sortContainers } from '../print/ps.ts';
import { psCells, psJson, psRow, publishes, usualCells, type PsDetails } from '../print/ps-row.ts';
import type { ContainerSizes, psDetails } from '../ps-details.ts';
import { worldOf } from '../world.ts';

type PsOptions = typeof command.options;
const CLEAR_SCREEN = '\x1b[H\x1b[2J';

export const handle: Handler<PsOptions> = async (invocation) => {
  const { options, output } = invocation;
  const world = worldOf(invocation);
  if (options.watch === undefined) {
    const ids = listIds(world);
    const containers = listContainers(world, ids);
    await output.out(await describe(world, invocation, containers));
    if (containers.length < ids.length || holdsOtherNames(world, containers))
      await tidy(world, output, containers, ids);
    return 0;
  }
  for (;;) {
    await output.out(CLEAR_SCREEN + (await describe(world, invocation, listContainers(world))));
    await Bun.sleep(options.watch * 1000);
  }
};

/** Tells of records that cannot be read, and clears away what killed commands left. */
async function tidy(
  world: World,
  output: Output,
  containers: readonly ContainerSummary[],
  ids: readonly string[],
): Promise<void> {
  const { damagedRecords } = await import('../../engine/records/damaged.ts');
  const read = new Set(containers.map(({ config }) => config.id));
  for (const error of damagedRecords(world, ids, read)) await output.err(`Error: ${error.message}\n`);
  const { removeLeavings } = await import('../../engine/containers/remove.ts');
  await removeLeavings(world, containers, ids);
}

async function describe(
  world: World,
  { options }: Invocation<PsOptions>,
  all: readonly ContainerSummary[],
): Promise<string> {
  const chosen = await choose(world, all, options);
  const { format, 'no-trunc': noTrunc, noheading: noHeading, ns: namespaces, size } = options;
  const sizes = size || options.sort === 'size' ? await sizesOf(world, chosen) : undefined;
  const containers = sortContainers(chosen, options.sort, sizes);
  if (options.quiet && format === undefined) {
    return containers.map(({ config }) => `${noTrunc ? config.id : config.id.slice(0, 12)}\n`).join('');
  }
  const hasMore = namespaces || format !== undefined || sizes !== undefined || containers.some(publishes);
  const details = hasMore
    ? await detailsOf(world, containers, { sizes, withNamespaces: namespaces || format !== undefined })
    : noDetails;
  const style = { nowMs: Date.now(), noTrunc };
  if (format === undefined && !namespaces && !size) {
    const rows = containers.map((one) => usualCells(one, style, details(one)));
    return printUsual(rows, noHeading);
  }
  if (format === undefined) {
    const rows = containers.map((one) => psCells(one, style, details(one)));
    return printPs(rows, { noHeading, namespaces, size });
  }
  if (format === 'json') {
    const documents = containers.map((one) => psJson(one, style.nowMs, details(one)));
    return `${JSON.stringify(documents, null, 4)}\n`;
  }
  const rows = containers.map((one) => psRow(one, style, details(one)));
  const { formatRows } = await import('../template/format.ts');
  return formatRows(format, rows, { name: 'ps', headings: PS_HEADINGS, noHeading });
}

const NOTHING: PsDetails = {};

/** The usual table shows nothing more of a container that publishes no port. */
function noDetails(): PsDetails {
  return NOTHING;
}

async function sizesOf(world: World, containers: readonly ContainerSummary[]): Promise<ContainerSizes> {
  return (await import('../ps-details.ts')).measureContainers(world, containers);
}

async function detailsOf(...wanted: Parameters<typeof psDetails>): Promise<(one: ContainerSummary) => PsDetails> {
  return (await import('../ps-details.ts')).psDetails(...wanted);
}

async function filterOf(world: World, filters: readonly string[]): Promise<(one: ContainerSummary) => boolean> {
  const { containerFilter } = await import('../filter/containers.ts');
  return containerFilter(world, filters);
}

async function choose(
  world: World,
  containers: readonly ContainerSummary[],
  options: Invocation<PsOptions>['options'],
): Promise<readonly ContainerSummary[]> {
  const { filter: filters } = options;
  const count = options.latest ? 1 : options.last;
  const asksForStates = filters.some((filter) => filter.startsWith('status=') || filter.startsWith('exited='));
  const everything = options.all || count > 0 || asksForStates;
  const shown = everything ? containers : containers.filter(({ state }) => state.process !== undefined);
  const found = filters.length === 0 ? shown : shown.filter(await filterOf(world, filters));
  return count > 0 ? found.slice(-count) : found;
}
