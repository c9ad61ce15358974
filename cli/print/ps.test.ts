import { expect, test } from 'bun:test';
import { agesAt } from '../../base/duration.ts';
import type { ContainerSummary } from '../../engine/containers/list.ts';
import { configOf } from '../create-options/request.fixture.ts';
import { formatRows } from '../template/format.ts';
import { describeStatus, psJson, psCells, psRow, usualCells } from './ps-row.ts';
import { PS_HEADINGS, printPs, printUsual, sortContainers } from './ps.ts';

const NOW = Date.parse('2026-01-02T03:07:05Z');
const PROCESS = { pid: 42, startTime: '1' };

function summary(state: ContainerSummary['state'], ...words: string[]): ContainerSummary {
  return { config: configOf(...words), paths: {} as ContainerSummary['paths'], state };
}

const RUNNING = summary(
  { status: 'running', process: PROCESS, startedAt: '2026-01-02T03:06:00Z', oomKilled: false },
  '--name',
  'lab',
  '-l',
  'a=b',
);
const EXITED = summary(
  {
    status: 'exited',
    exitCode: 3,
    startedAt: '2026-01-02T03:06:00Z',
    finishedAt: '2026-01-02T03:07:00Z',
    oomKilled: false,
  },
  ...['--name', 'old', '--entrypoint', '["/bin/sh","-c"]'],
);
const NOT_SHORT = { ageOf: agesAt(NOW), noTrunc: false };
const both = [RUNNING, EXITED];
const cells = both.map((one) => psCells(one, NOT_SHORT));
const rows = both.map((one) => psRow(one, NOT_SHORT));

test('the table', () => {
  const usual = both.map((one) => usualCells(one, NOT_SHORT, {}));
  expect(printUsual(usual)).toBe(printPs(cells));
  expect(printUsual(usual, true)).toBe(printPs(cells, { noHeading: true }));
  const published = usualCells(
    RUNNING,
    { ageOf: agesAt(NOW), noTrunc: true },
    { ports: { cell: '80/tcp', json: null } },
  );
  expect([published[0], published[5]]).toEqual([RUNNING.config.id, '80/tcp']);
  expect(printPs(cells)).toBe(
    [
      'CONTAINER ID  IMAGE            COMMAND             CREATED        STATUS                    PORTS       NAMES\n',
      '0123456789ab  builtin:busybox  sleep 1             3 minutes ago  Up About a minute                     lab\n',
      '0123456789ab  builtin:busybox  /bin/sh -c sleep 1  3 minutes ago  Exited (3) 5 seconds ago              old\n',
    ].join(''),
  );
  expect(printPs([], { noHeading: true })).toBe('');
  expect(printPs([])).toBe('CONTAINER ID  IMAGE       COMMAND     CREATED     STATUS      PORTS       NAMES\n');
});

test('namespaces and sizes are columns', () => {
  const details = {
    namespaces: { mnt: '4026532290', net: '4026532291' },
    size: { upperBytes: 1500, totalBytes: 2_000_000 },
  };
  const row = psCells(RUNNING, { ageOf: agesAt(NOW), noTrunc: false }, details);
  expect(printPs([row], { namespaces: true, noHeading: true })).toBe(
    '0123456789ab  lab         42                                  4026532290  4026532291                          \n',
  );
  expect(printPs([row], { size: true, noHeading: true })).toEndWith('lab         1.5kB (virtual 2MB)\n');
});

test('templates see the fields and their headings', () => {
  expect(
    formatRows(String.raw`table {{.ID}}\t{{.Names}}\t{{.RunningFor}}\t{{.Label "a"}}`, rows, {
      name: 'ps',
      headings: PS_HEADINGS,
    }),
  ).toBe(
    'CONTAINER ID  NAMES       CREATED        LABEL\n0123456789ab  lab         3 minutes ago  b\n0123456789ab  old         3 minutes ago  \n',
  );
  expect(formatRows('table {{.ID}} {{.Names}}', rows, { name: 'ps', headings: PS_HEADINGS })).toBe(
    'CONTAINER ID  NAMES\n0123456789ab  lab\n0123456789ab  old\n',
  );
  expect(formatRows('{{.CreatedAt}}', rows.slice(0, 1), { name: 'ps' })).toBe(
    '2026-01-02 03:04:05.000000006 +0000 UTC\n',
  );
  expect(
    formatRows('{{.Labels}} {{.Labels.a}} {{.Labels.x}} {{.Pid}} {{.State}}', rows.slice(0, 1), { name: 'ps' }),
  ).toBe('map[a:b] b <no value> 42 running\n');
});

test('ids and commands are shortened unless --no-trunc', () => {
  const long = summary({ status: 'created', oomKilled: false }, '--entrypoint', '["/bin/a-very-long-command-line"]');
  expect(psRow(long, { ageOf: agesAt(NOW), noTrunc: false })).toMatchObject({
    ID: '0123456789ab',
    Command: '/bin/a-very-long-...',
  });
  expect(psRow(long, { ageOf: agesAt(NOW), noTrunc: true })).toMatchObject({
    ID: long.config.id,
    Command: '/bin/a-very-long-command-line sleep 1',
  });
});

test.each<[ContainerSummary['state'], string]>([
  [{ status: 'created', oomKilled: false }, 'Created'],
  [{ status: 'paused', startedAt: '2026-01-02T03:06:00Z', oomKilled: false }, 'Paused'],
  [{ status: 'stopping', oomKilled: false }, 'Stopping'],
  [{ status: 'exited', exitCode: 255, oomKilled: false, error: 'killed' }, 'Exited (255) (unseen)'],
  [{ status: 'running', startedAt: '2030-01-01T00:00:00Z', oomKilled: false }, 'Up Less than a second'],
])('%p is %p', (state, text) => {
  expect(describeStatus(state, agesAt(NOW))).toBe(text);
});

test("json has podman's keys", () => {
  expect(psJson(EXITED, agesAt(NOW))).toMatchObject({
    Id: EXITED.config.id,
    Names: ['old'],
    Command: ['/bin/sh', '-c', 'sleep', '1'],
    Created: 1767323045,
    StartedAt: 1767323160,
    ExitedAt: 1767323220,
    ExitCode: 3,
    Exited: true,
    State: 'exited',
    Status: 'Exited (3) 5 seconds ago',
  });
});

test('sorting', () => {
  const names = (by: Parameters<typeof sortContainers>[1]) =>
    sortContainers([RUNNING, EXITED], by).map(({ config }) => config.name);
  expect(names('names')).toEqual(['lab', 'old']);
  expect(names('status')).toEqual(['old', 'lab']);
  expect(names('command')).toEqual(['old', 'lab']);
  const older = { ...EXITED, config: { ...EXITED.config, created: '2025-01-01T00:00:00Z' } };
  expect(sortContainers([older, RUNNING], 'created').map(({ config }) => config.name)).toEqual(['lab', 'old']);
  expect(sortContainers([RUNNING, older], 'runningfor').map(({ config }) => config.name)).toEqual(['old', 'lab']);
});
