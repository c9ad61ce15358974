import { LimpidError } from '../../base/error.ts';
import { listContainers } from '../../engine/containers/list.ts';
import { cpuPercent, sampleStats, type StatsSample } from '../../engine/containers/stats.ts';
import { findRecord, noSuchContainer, recordExists, type ContainerRecord } from '../../engine/records/read.ts';
import { outputIsTerminal } from '../../engine/output.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/stats.ts';
import { latestName } from '../latest.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { optionError } from '../parse/option-error.ts';
import { printStats, STATS_HEADINGS, statsJson, statsRow, type StatsRow } from '../print/stats.ts';
import { worldOf } from '../world.ts';

type StatsOptions = typeof command.options;
const CLEAR_SCREEN = '\x1b[H\x1b[2J';
/** Long enough for a rate that means something, short enough to wait for. */
const FIRST_INTERVAL_MS = 100;

export const handle: Handler<StatsOptions> = async (invocation) => {
  const { options, output } = invocation;
  if (options.interval === 0) throw optionError('--interval 0', 'at least 1 is wanted');
  const world = worldOf(invocation);
  const chosen = chooser(world, invocation);
  let earlier = sampleAll(world, chosen());
  await Bun.sleep(FIRST_INTERVAL_MS);
  for (;;) {
    const containers = chosen();
    const now = sampleAll(world, containers);
    const rows = containers.map(({ config }) =>
      row(config, now.get(config.id), earlier.get(config.id), options['no-trunc']),
    );
    const clears = !options['no-stream'] && !options['no-reset'] && options.format === undefined && outputIsTerminal();
    const clear = clears ? CLEAR_SCREEN : '';
    await output.out(clear + (await describe(rows, options.format)));
    if (options['no-stream']) return 0;
    earlier = now;
    await Bun.sleep(options.interval * 1000);
  }
};

/** Named containers have to run; without names all that run are watched, those that start later too. */
function chooser(world: World, { args, options }: Invocation<StatsOptions>): () => readonly ContainerRecord[] {
  const names = options.latest ? [latestName(world)] : args;
  if (names.length === 0)
    return () => listContainers(world).filter(({ state }) => options.all || state.process !== undefined);
  const records = names.map((name) => findRecord(world, name));
  if (!options.all) for (const record of records) sampleStats(world, record);
  return () => {
    // One that was removed has nothing more to be told.
    for (const { config } of records) if (!recordExists(world, config.id)) throw noSuchContainer(config.name);
    return records;
  };
}

function sampleAll(world: World, records: readonly ContainerRecord[]): Map<string, StatsSample> {
  const samples = new Map<string, StatsSample>();
  for (const record of records) {
    try {
      samples.set(record.config.id, sampleStats(world, record));
    } catch (error) {
      // It does not run, or ended a moment ago: its row stays empty.
      if (!(error instanceof LimpidError)) throw error;
    }
  }
  return samples;
}

function row(
  config: ContainerRecord['config'],
  sample: StatsSample | undefined,
  earlier: StatsSample | undefined,
  noTrunc: boolean,
): StatsRow {
  if (sample === undefined) return statsRow(config, undefined, { noTrunc });
  const rates = {
    cpuPercent: earlier === undefined ? 0 : cpuPercent(sample, earlier),
    averageCpuPercent: sample.upNs === 0 ? 0 : (sample.cpuUsageNs / sample.upNs) * 100,
  };
  return statsRow(config, { sample, rates }, { noTrunc });
}

async function describe(rows: readonly StatsRow[], format: string | undefined): Promise<string> {
  if (format === undefined) return printStats(rows);
  if (format === 'json') return `${JSON.stringify(rows.map(statsJson), null, 4)}\n`;
  const { formatRows } = await import('../template/format.ts');
  return formatRows(format, rows, { name: 'stats', headings: STATS_HEADINGS });
}
