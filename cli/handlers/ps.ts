import { agesAt } from '../../base/duration.ts';
import { listContainers, type ContainerSummary } from '../../engine/containers/list.ts';
import { isCutShort } from '../../engine/records/cut-short.ts';
import { listIds } from '../../engine/records/list.ts';
import { holdsOtherNames } from '../../engine/records/other-names.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/ps.ts';
import type { Output } from '../output.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { optionError } from '../parse/option-error.ts';
import { printPs, printUsual, PS_HEADINGS, sortContainers } from '../print/ps.ts';
import { psCells, psJson, psRow, publishes, usualCells, type PsDetails } from '../print/ps-row.ts';
import type { ShownPs } from '../keep-ps.ts';
import type { ContainerSizes, psDetails } from '../ps-details.ts';
import { worldOf } from '../world.ts';

type PsOptions = typeof command.options;
const CLEAR_SCREEN = '\x1b[H\x1b[2J';

export const handle: Handler<PsOptions> = async (invocation) => {
  const { options, output } = invocation;
  const world = worldOf(invocation);
  if (options.latest && options.last > 0) throw optionError('--last', 'it excludes --latest');
  const { watch = 0 } = options;
  if (watch === 0) {
    const askedMs = Date.now();
    const ids = listIds(world);
    const all = listContainers(world, ids).filter((one) => !isCutShort(one, () => one.state.status));
    const shown = await choose(world, all, options);
    await output.out(await describe(shown, options));
    if (all.length < ids.length || holdsOtherNames(world, all)) await tidy(world, output, all, ids);
    else if (isUsual(invocation)) await keep(world, invocation, { ...shown, all, askedMs });
    return 0;
  }
  for (;;) {
    const shown = await choose(world, listContainers(world), options);
    await output.out(CLEAR_SCREEN + (await describe(shown, options)));
    await Bun.sleep(watch * 1000);
  }
};

/** What is told of which containers. */
interface Shown {
  readonly containers: readonly ContainerSummary[];
  readonly details: (one: ContainerSummary) => PsDetails;
}

/** Options whose answer depends on nothing but the containers and the time. */
const USUAL: ReadonlySet<string> = new Set(['all', 'no-trunc', 'noheading', 'quiet']);

function isUsual({ typed }: Invocation<PsOptions>): boolean {
  for (const name in typed) if (!USUAL.has(name)) return false;
  return true;
}

async function keep(
  world: World,
  { words, options }: Invocation<PsOptions>,
  shown: Pick<ShownPs, 'all' | 'askedMs'> & Shown,
): Promise<void> {
  const { keepPs } = await import('../keep-ps.ts');
  const { 'no-trunc': noTrunc, noheading: noHeading, quiet } = options;
  await keepPs(world, { ...shown, shown: shown.containers, words, noTrunc, noHeading, quiet });
}

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

async function describe({ containers, details }: Shown, options: Invocation<PsOptions>['options']): Promise<string> {
  const { format, 'no-trunc': noTrunc, noheading: noHeading, ns: namespaces, size } = options;
  if (options.quiet && format === undefined) {
    return containers.map(({ config }) => `${noTrunc ? config.id : config.id.slice(0, 12)}\n`).join('');
  }
  const style = { ageOf: agesAt(Date.now()), noTrunc };
  if (format === undefined && !namespaces && !size) {
    const rows = containers.map((one) => usualCells(one, style, details(one)));
    return printUsual(rows, noHeading);
  }
  if (format === undefined) {
    const rows = containers.map((one) => psCells(one, style, details(one)));
    return printPs(rows, { noHeading, namespaces, size });
  }
  if (format === 'json') {
    const documents = containers.map((one) => psJson(one, style.ageOf, details(one)));
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
  all: readonly ContainerSummary[],
  options: Invocation<PsOptions>['options'],
): Promise<Shown> {
  const chosen = await filtered(world, all, options);
  const { format, ns: namespaces, size, quiet } = options;
  const sizes = size || options.sort === 'size' ? await sizesOf(world, chosen) : undefined;
  const containers = sortContainers(chosen, options.sort, sizes);
  const hasMore = namespaces || format !== undefined || sizes !== undefined || (!quiet && containers.some(publishes));
  const details = hasMore
    ? await detailsOf(world, containers, { sizes, withNamespaces: namespaces || format !== undefined })
    : noDetails;
  return { containers, details };
}

async function filtered(
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
