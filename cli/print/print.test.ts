import { expect, test } from 'bun:test';
import type { StatsSample } from '../../engine/containers/stats.ts';
import { versionFields } from '../../engine/version.ts';
import type { ContainerProcess } from '../../engine/containers/top.ts';
import { formatRows } from '../template/format.ts';
import { printStats, STATS_HEADINGS, statsJson, statsRow } from './stats.ts';
import { parseTopColumns, printTop, type TopContext } from './top.ts';
import { printVersion } from './version.ts';
import { printYaml } from './yaml.ts';

const SAMPLE: StatsSample = {
  id: '0123456789abcdef',
  name: 'lab',
  sampledNs: 0,
  upNs: 1e9,
  cpuUsageNs: 1_234_567_000,
  cpuThrottledPeriods: 7,
  cpuThrottledNs: 0,
  memoryBytes: 1_048_576,
  memoryLimitBytes: 134_217_728,
  memoryPeakBytes: 2_000_000,
  memoryAvailableBytes: 134_217_728,
  oomKills: 1,
  pids: 2,
  pidsLimit: 64,
  io: { readBytes: 4096, writeBytes: 0 },
  network: { receivedBytes: 0, sentBytes: 1500 },
};
const row = statsRow(
  SAMPLE,
  { sample: SAMPLE, rates: { cpuPercent: 12.345, averageCpuPercent: 1 } },
  { noTrunc: false },
);

test('stats', () => {
  const stopped = statsRow({ id: 'ff', name: 'old' }, undefined, { noTrunc: false });
  expect(printStats([row, stopped])).toBe(
    [
      'ID            NAME        CPU %       MEM USAGE / LIMIT  MEM %       NET IO      BLOCK IO      PIDS        CPU TIME    AVG CPU %\n',
      '0123456789ab  lab         12.35%      1.049MB / 134.2MB  0.78%       0B / 1.5kB  4.096kB / 0B  2           1.234567s   1.00%\n',
      'ff            old         --          -- / --            --          -- / --     -- / --       --          --          --\n',
    ].join(''),
  );
  expect(
    formatRows(String.raw`table {{.Name}}\t{{.MemUsageBytes}}`, [row], { name: 'stats', headings: STATS_HEADINGS }),
  ).toBe('NAME        MEM USAGE / LIMIT\nlab         1MiB / 128MiB\n');
  const template =
    '{{.CPU}} {{.CPUNano}} {{.Duration}} {{.MemLimit}} {{.NetInput}} {{.NetOutput}} {{.BlockInput}} {{.BlockOutput}} {{.AVGCPU}} {{.ThrottledPeriods}} {{.OOMKills}}';
  expect(formatRows(template, [row, stopped], { name: 'stats', headings: STATS_HEADINGS })).toBe(
    '12.345 1234567000 1234567000 134217728 0 1500 4096 0 1.00% 7 1\n0 0 0 0 0 0 0 0 -- 0 0\n',
  );
  expect(statsJson(row)).toMatchObject({ id: '0123456789ab', cpu_percent: '12.35%', pids: '2' });
});

const PROCESS: ContainerProcess = {
  pid: 1234,
  startTime: '100',
  command: 'sleep',
  state: 'S',
  parentPid: 1,
  innerPid: 7,
  innerParentPid: 1,
  innerGroup: 6,
  uid: 0,
  gid: 5,
  realUid: 1000,
  realGid: 50,
  groups: [7, 8],
  label: '',
  args: ['sleep', '60'],
  tty: 0x8803,
  cpuTicks: 150,
  startTicks: 0,
  nice: 0,
  virtualKiB: 4,
  residentKiB: 2,
  capabilities: {
    effective: '0000000000000021',
    permitted: '0',
    inheritable: '0',
    bounding: '1ffffffffff',
    ambient: '0',
  },
  seccomp: 2,
};
const CONTEXT: TopContext = {
  uptimeS: 3723.5,
  nowMs: Date.UTC(2026, 0, 2, 12) + 400,
  ticksPerSecond: 100,
  inside: { user: (uid) => (uid === 0 ? 'root' : String(uid)), group: String },
  onHost: { user: () => 'host', group: String },
};

test('top', () => {
  expect(printTop(parseTopColumns([]), [PROCESS], CONTEXT)).toBe(
    [
      'USER        PID         PPID        %CPU        ELAPSED     TTY         TIME        COMMAND\n',
      'root        7           1           0.040       1h2m3.5s    pts/3       1.5s        sleep 60\n',
    ].join(''),
  );
  expect(printTop(parseTopColumns(['hpid,capeff', 'capbnd', 'capamb', 'seccomp', '%G']), [PROCESS], CONTEXT)).toBe(
    'HPID        EFFECTIVE CAPS  BOUNDING CAPS  AMBIENT CAPS  SECCOMP     GROUP\n1234        CHOWN,KILL      full           none          filter      5\n',
  );
  expect(printTop(parseTopColumns(['pgid,groups,label,ruser,rgroup,stime']), [PROCESS], CONTEXT)).toBe(
    'PGID        GROUPS      LABEL       RUSER       RGROUP      STIME\n6           7,8         ?           1000        50          2026-01-02 10:57:57 +0000 UTC\n',
  );
  expect(parseTopColumns(['%g', '%r', '%u'])).toEqual(['rgroup', 'pgid', 'ruser']);
  expect(() => parseTopColumns(['pidd'])).toThrow(
    'cannot use column "pidd": there is no such column (hint: did you mean "pid"?)',
  );
});

test('version', () => {
  const fields = versionFields({ version: '1.2.3', gitCommit: '', bunVersion: '1', os: 'linux', arch: 'amd64' });
  expect(printVersion(fields)).toBe(
    'Client:       Limpid Engine\nVersion:      1.2.3\nAPI Version:  1.2.3\nRuntime:      Bun 1\nOS/Arch:      linux/amd64\n',
  );
});

test('yaml', () => {
  const value = {
    a: 1,
    b: { c: 'plain text', d: 'no', e: '12', f: '' },
    g: ['x', { h: true, i: null }],
    j: [],
    k: {},
    l: 'a: b',
    m: undefined,
  };
  const text = printYaml(value);
  expect(text).toBe(
    'a: 1\nb:\n  c: plain text\n  d: "no"\n  e: "12"\n  f: ""\ng:\n- x\n- h: true\n  i: null\nj: []\nk: {}\nl: "a: b"\n',
  );
  const { m: _, ...wanted } = value;
  expect(Bun.YAML.parse(text)).toEqual(wanted);
});
