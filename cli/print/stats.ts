import { formatDuration } from '../../base/duration.ts';
import { formatBinarySize, formatDecimalSize } from '../../base/size.ts';
import { formatTable } from '../../base/table.ts';
import type { StatsSample } from '../../engine/containers/stats.ts';

const MISSING = '--';

export interface StatsRates {
  /** Of one CPU, between the last two samples. */
  readonly cpuPercent: number;
  /** Of one CPU, since the start. */
  readonly averageCpuPercent: number;
}

/** A container as `stats --format` sees it: podman's field names. A container that does not run has no sample. */
export function statsRow(
  { id, name }: { readonly id: string; readonly name: string },
  usage: { readonly sample: StatsSample; readonly rates: StatsRates } | undefined,
  { noTrunc }: { readonly noTrunc: boolean },
) {
  const shortId = noTrunc ? id : id.slice(0, 12);
  return {
    ID: shortId,
    ContainerID: shortId,
    Container: shortId,
    Name: name,
    ...(usage === undefined ? NOTHING : usageRow(usage.sample, usage.rates)),
  };
}

export type StatsRow = ReturnType<typeof statsRow>;

function usageRow(sample: StatsSample, { cpuPercent, averageCpuPercent }: StatsRates) {
  const { memoryBytes, memoryAvailableBytes, network, io, pids } = sample;
  return {
    ...numbers(sample, cpuPercent),
    CPUPerc: percent(cpuPercent),
    MemUsage: `${formatDecimalSize(memoryBytes)} / ${formatDecimalSize(memoryAvailableBytes)}`,
    MemUsageBytes: `${formatBinarySize(memoryBytes)} / ${formatBinarySize(memoryAvailableBytes)}`,
    MemPerc: percent(memoryAvailableBytes === 0 ? 0 : (memoryBytes / memoryAvailableBytes) * 100),
    NetIO: `${formatDecimalSize(network.receivedBytes)} / ${formatDecimalSize(network.sentBytes)}`,
    BlockIO: `${formatDecimalSize(io.readBytes)} / ${formatDecimalSize(io.writeBytes)}`,
    PIDS: String(pids),
    PIDs: String(pids),
    UpTime: formatDuration(Math.round(sample.cpuUsageNs / 1e3) / 1e3),
    CPUTime: formatDuration(Math.round(sample.cpuUsageNs / 1e3) / 1e3),
    AvgCPU: percent(averageCpuPercent),
    AVGCPU: percent(averageCpuPercent),
  };
}

/** Podman's fields that are numbers, for templates that compute, and what the kernel tells besides. */
function numbers(sample: Partial<StatsSample>, cpuPercent: number) {
  const { cpuUsageNs = 0, network, io } = sample;
  return {
    CPU: cpuPercent,
    CPUNano: cpuUsageNs,
    Duration: cpuUsageNs,
    MemLimit: sample.memoryAvailableBytes ?? 0,
    NetInput: network?.receivedBytes ?? 0,
    NetOutput: network?.sentBytes ?? 0,
    BlockInput: io?.readBytes ?? 0,
    BlockOutput: io?.writeBytes ?? 0,
    ThrottledPeriods: sample.cpuThrottledPeriods ?? 0,
    OOMKills: sample.oomKills ?? 0,
  };
}

const NOTHING: ReturnType<typeof usageRow> = {
  ...numbers({}, 0),
  CPUPerc: MISSING,
  MemUsage: `${MISSING} / ${MISSING}`,
  MemUsageBytes: `${MISSING} / ${MISSING}`,
  MemPerc: MISSING,
  NetIO: `${MISSING} / ${MISSING}`,
  BlockIO: `${MISSING} / ${MISSING}`,
  PIDS: MISSING,
  PIDs: MISSING,
  UpTime: MISSING,
  CPUTime: MISSING,
  AvgCPU: MISSING,
  AVGCPU: MISSING,
};

type Column = readonly [heading: string, field: Exclude<keyof StatsRow, keyof ReturnType<typeof numbers>>];

const COLUMNS: readonly Column[] = [
  ['ID', 'ID'],
  ['NAME', 'Name'],
  ['CPU %', 'CPUPerc'],
  ['MEM USAGE / LIMIT', 'MemUsage'],
  ['MEM %', 'MemPerc'],
  ['NET IO', 'NetIO'],
  ['BLOCK IO', 'BlockIO'],
  ['PIDS', 'PIDS'],
  ['CPU TIME', 'CPUTime'],
  ['AVG CPU %', 'AvgCPU'],
];

/** Headings of `stats --format 'table …'` that are not the field's name in capitals. */
export const STATS_HEADINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(COLUMNS.map(([heading, field]) => [field, heading])),
  ContainerID: 'CONTAINER ID',
  MemUsageBytes: 'MEM USAGE / LIMIT',
  UpTime: 'CPU TIME',
};

/** The table of `stats`. */
export function printStats(rows: readonly StatsRow[]): string {
  return formatTable([
    COLUMNS.map(([heading]) => heading),
    ...rows.map((row) => COLUMNS.map(([, field]) => row[field])),
  ]);
}

/** A row as `stats --format json` shows it: podman's keys. */
export function statsJson(row: StatsRow): Record<string, string> {
  return {
    id: row.ID,
    name: row.Name,
    cpu_time: row.CPUTime,
    cpu_percent: row.CPUPerc,
    avg_cpu: row.AvgCPU,
    mem_usage: row.MemUsage,
    mem_percent: row.MemPerc,
    net_io: row.NetIO,
    block_io: row.BlockIO,
    pids: row.PIDS,
  };
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}
