import { listContainers, type ContainerSummary } from '../../engine/containers/list.ts';
import { namespaceInodes } from '../../engine/containers/namespace-inodes.ts';
import { measureContainer, type ContainerSize } from '../../engine/containers/size.ts';
import { removeLeavings } from '../../engine/containers/remove.ts';
import { damagedRecords, listIds } from '../../engine/records/read.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/ps.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { printPs, PS_HEADINGS, sortContainers } from '../print/ps.ts';
import { psCells, psJson, psRow, type PsDetails } from '../print/ps-row.ts';
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
    const read = new Set(containers.map(({ config }) => config.id));
    for (const error of damagedRecords(world, ids, read)) await output.err(`Error: ${error.message}\n`);
    await removeLeavings(world, containers, ids);
    return 0;
  }
  for (;;) {
    await output.out(CLEAR_SCREEN + (await describe(world, invocation, listContainers(world))));
    await Bun.sleep(options.watch * 1000);
  }
};

async function describe(
  world: World,
  { options }: Invocation<PsOptions>,
  all: readonly ContainerSummary[],
): Promise<string> {
  const chosen = await choose(world, all, options);
  const sizes = new Map<string, ContainerSize>();
  if (options.size || options.sort === 'size') {
    for (const one of chosen) sizes.set(one.config.id, await measureContainer(world, one));
  }
  const totals = new Map([...sizes].map(([id, { upperBytes }]) => [id, upperBytes]));
  const containers = sortContainers(chosen, options.sort, totals);
  if (options.quiet && options.format === undefined) {
    return containers.map(({ config }) => `${options['no-trunc'] ? config.id : config.id.slice(0, 12)}\n`).join('');
  }
  const nowMs = Date.now();
  const ports = await publishedBy(world, containers);
  const detailsOf = (one: ContainerSummary): PsDetails => {
    const published = ports.get(one.config.id);
    const found = details(one, sizes, options.ns || options.format !== undefined);
    return published === undefined ? found : { ...found, ports: published };
  };
  const { format, 'no-trunc': noTrunc, noheading: noHeading } = options;
  if (format === 'json')
    return `${JSON.stringify(
      containers.map((one) => psJson(one, nowMs, detailsOf(one))),
      null,
      4,
    )}\n`;
  if (format === undefined) {
    const rows = containers.map((one) => psCells(one, { nowMs, noTrunc }, detailsOf(one)));
    return printPs(rows, { noHeading, namespaces: options.ns, size: options.size });
  }
  const rows = containers.map((one) => psRow(one, { nowMs, noTrunc }, detailsOf(one)));
  const { formatRows } = await import('../template/format.ts');
  return formatRows(format, rows, { name: 'ps', headings: PS_HEADINGS, noHeading });
}

/** Of those that publish anything, by id: the others cost no look at their records. */
async function publishedBy(
  world: World,
  containers: readonly ContainerSummary[],
): Promise<Map<string, NonNullable<PsDetails['ports']>>> {
  const found = new Map<string, NonNullable<PsDetails['ports']>>();
  for (const one of containers) {
    if (one.config.ports === undefined && !one.config.publishAll) continue;
    const { portsOf } = await import('../../engine/networks/ports.ts');
    const { portsCell, portsJson } = await import('../print/ports-cell.ts');
    const ports = portsOf(world, one);
    found.set(one.config.id, { cell: portsCell(ports), json: portsJson(ports) });
  }
  return found;
}

async function filterOf(world: World, filters: readonly string[]): Promise<(one: ContainerSummary) => boolean> {
  if (filters.length === 0) return () => true;
  const { containerFilter } = await import('../filter/containers.ts');
  return containerFilter(world, filters);
}

async function choose(
  world: World,
  containers: readonly ContainerSummary[],
  options: Invocation<PsOptions>['options'],
): Promise<ContainerSummary[]> {
  const matches = await filterOf(world, options.filter);
  const count = options.latest ? 1 : options.last;
  const asksForStates = options.filter.some((filter) => filter.startsWith('status=') || filter.startsWith('exited='));
  const everything = options.all || count > 0 || asksForStates;
  const found = containers.filter((one) => (everything || one.state.process !== undefined) && matches(one));
  return count > 0 ? found.slice(-count) : found;
}

function details(
  { config, state }: ContainerSummary,
  sizes: ReadonlyMap<string, ContainerSize>,
  withNamespaces: boolean,
): PsDetails {
  const size = sizes.get(config.id);
  return {
    ...(size === undefined ? {} : { size }),
    ...(withNamespaces && state.process !== undefined ? { namespaces: namespaceInodes(state.process.pid) } : {}),
  };
}
