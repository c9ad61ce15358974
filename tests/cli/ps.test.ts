import { beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { gatherFacts } from '../../kernel/facts.ts';
import { freezerFile } from '../../kernel/freezer.ts';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { says, limpid, directory } = privateWorld();
const ids: Record<string, string> = {};

beforeAll(async () => {
  ids['web'] = await says(
    'run',
    '-d',
    '--name',
    'web',
    '-l',
    'tier=front',
    '-v',
    `${directory}:/here`,
    BUSYBOX,
    'sleep',
    'infinity',
  );
  ids['db'] = await says(
    'run',
    '-d',
    '--name',
    'db',
    '-l',
    'tier=back',
    '--network',
    'host',
    BUSYBOX,
    'sleep',
    'infinity',
  );
  ids['done'] = await says('run', '-d', '--name', 'done', BUSYBOX, 'sh', '-c', 'exit 3');
  await says('wait', 'done');
  ids['new'] = await says(
    'create',
    '--name',
    'new',
    BUSYBOX,
    'echo',
    'a very long command line that is cut at some point',
  );
});

const names = async (...words: string[]) =>
  (await says('ps', '--format', '{{.Names}}', ...words)).split('\n').filter(Boolean).toSorted().join(' ');

test('only what runs, and with -a everything', async () => {
  expect(await names()).toBe('db web');
  expect(await names('-a')).toBe('db done new web');
});

const FILTERS: readonly (readonly [filters: string, found: string])[] = [
  ['status=exited', 'done'],
  ['status=created', 'new'],
  ['status=running', 'db web'],
  ['exited=3', 'done'],
  ['exited=4', ''],
  ['name=^w', 'web'],
  ['label=tier', 'db web'],
  ['label=tier=back', 'db'],
  ['ancestor=builtin:busybox', 'db done new web'],
  ['network=host', 'db'],
  ['volume=/here', 'web'],
  ['label=tier name=d', 'db'],
  ['status=exited status=created', 'done new'],
  ['label!=tier', 'done new'],
  ['label=tier label=tier=back', 'db'],
  ['label=tier=front label=tier=back', ''],
  ['label!=tier=front label!=tier=back', 'done new'],
  ['status=unknown', ''],
  ['before=done', 'db web'],
  ['since=db', 'done new'],
  ['before=new since=web', 'db done'],
  ['until=1h', ''],
  ['until=0s', 'db done new web'],
];
for (const [filters, found] of FILTERS) {
  test(`--filter ${filters}`, async () => {
    const words = filters.split(' ').flatMap((filter) => ['--filter', filter]);
    expect(await names('-a', ...words)).toBe(found);
  });
}

test('--filter by what is no time, or nobody', async () => {
  const hint = '(hint: write a time, such as 24h or 2026-01-02)';
  expect(await limpid('container', 'prune', '-f', '--filter', 'until=soon')).toEqual({
    code: 125,
    out: '',
    err: `Error: cannot filter by "until=soon": it is no filter ${hint}\n`,
  });
  const nobody = 'Error: cannot find container "nope": there is no such container (hint: `limpid ps -a` lists all)\n';
  expect(await limpid('ps', '--filter', 'since=nope')).toEqual({ code: 125, out: '', err: nobody });
});

test('--filter id, its start or a pattern', async () => {
  expect(await names('-a', '--filter', `id=${ids['web']!.slice(0, 20)}`)).toBe('web');
  expect(await names('-a', '--filter', `id=${ids['web']!.slice(1, 20)}`)).toBe('');
  expect(await names('-a', '--filter', `id=^.${ids['web']!.slice(1, 20)}`)).toBe('web');
});

test('--watch 0 looks once', async () => expect(await names('-w', '0')).toBe('db web'));

test('-q, --no-trunc, --last, --latest, --noheading', async () => {
  expect(await says('ps', '-q', '--filter', 'name=web')).toBe(ids['web']!.slice(0, 12));
  expect(await says('ps', '-q', '--no-trunc', '--filter', 'name=web')).toBe(ids['web']!);
  expect(await says('ps', '-l', '--format', '{{.Names}}')).toBe('new');
  expect(await names('-n', '2')).toBe('done new');
  expect((await says('ps', '--noheading')).split('\n').length).toBe(2);
});

describe('--format', () => {
  test('json', async () => {
    const rows = JSON.parse(await says('ps', '-a', '--format', 'json'));
    const row = rows.find(({ Names }: { Names: string[] }) => Names[0] === 'done');
    expect([row.Id, row.State, row.ExitCode, row.Image, row.Command]).toEqual([
      ids['done'],
      'exited',
      3,
      BUSYBOX,
      ['sh', '-c', 'exit 3'],
    ]);
  });
  test('a table of chosen columns', async () => {
    expect(await says('ps', '-a', '--filter', 'name=new', '--format', 'table {{.Names}}\t{{.State}}')).toBe(
      'NAMES       STATE\nnew         created',
    );
  });
  test('a template with functions', async () => {
    expect(
      await says(
        'ps',
        '--filter',
        'name=web',
        '--format',
        '{{.Names | upper}} {{printf "%-5s|" .State}}{{if eq .State "running"}} yes{{end}}',
      ),
    ).toBe('WEB running| yes');
  });
});

test('--size counts what was written', async () => {
  await says('exec', 'web', 'sh', '-c', 'head -c 100000 /dev/zero > /big');
  expect(await says('ps', '-s', '--filter', 'name=web', '--format', '{{.Size}}')).toMatch(
    /^100kB \(virtual \d+(\.\d+)?MB\)$/,
  );
});

test('long commands are cut, and the table stays one', async () => {
  const [, line] = (await says('ps', '-a', '--filter', 'name=new')).split('\n');
  expect(line!.split(/ {2,}/)[2]!.length).toBeLessThanOrEqual(24);
  expect(await says('ps', '-a', '--no-trunc', '--filter', 'name=new', '--format', '{{.Command}}')).toContain(
    'cut at some point',
  );
});

describe('references', () => {
  test('a short id, as short as it is unique; --latest', async () => {
    const others = Object.values(ids);
    const web = ids['web']!;
    const length =
      [...web].findIndex((_, end) => others.filter((id) => id.startsWith(web.slice(0, end + 1))).length === 1) + 1;
    expect(await says('inspect', '--format', '{{.Name}}', web.slice(0, length))).toBe('web');
    expect(await says('inspect', '--format', '{{.Name}}', '--latest')).toBe('new');
  });
  test('one that several have is refused with their ids', async () => {
    const more: string[] = [];
    // Seventeen ids: two begin with the same digit.
    while (more.length < 17) more.push(await says('create', BUSYBOX));
    const digit = more.map((id) => id[0]!).find((first, index, all) => all.indexOf(first) !== index)!;
    const { code, err } = await limpid('inspect', '--format', '{{.Name}}', digit);
    expect([code, err.startsWith(`Error: cannot choose container "${digit}": it is the start of `)]).toEqual([
      125,
      true,
    ]);
    await says('rm', ...more);
  });
  test('a name comes before an id', async () => {
    const digit = ids['web']!.slice(0, 12);
    await says('create', '--name', digit, BUSYBOX);
    expect(await says('inspect', '--format', '{{.Name}}', digit)).toBe(digit);
    await says('rm', digit);
  });
});

describe('inspect', () => {
  test('a template over the whole document', async () => {
    expect(
      await says(
        'inspect',
        '-f',
        '{{.Name}} {{.Config.Labels.tier}} {{len .Mounts}} {{(index .Mounts 0).Destination}}',
        'web',
      ),
    ).toBe('web front 1 /here');
    expect(await says('inspect', '-f', '{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}', 'db')).toBe(
      'tier=back;',
    );
    expect(JSON.parse(await says('inspect', '-f', '{{json .Config.Cmd}}', 'done'))).toEqual(['sh', '-c', 'exit 3']);
  });
  test('several at once are one JSON list', async () => {
    const found = JSON.parse(await says('inspect', 'web', 'db'));
    expect(found.map(({ Name, Id }: { Name: string; Id: string }) => [Name, Id])).toEqual([
      ['web', ids['web']],
      ['db', ids['db']],
    ]);
  });
  test('a field that is not there', async () => {
    const { code, err } = await limpid('inspect', '-f', '{{.Nope}}', 'web');
    expect([code, err]).toEqual([
      125,
      `Error: cannot use format "{{.Nope}}": template: inspect:1:2: executing "inspect" at <.Nope>: can't evaluate field Nope in type struct\n`,
    ]);
  });
  test('State of a dead one', async () => {
    const state = JSON.parse(await says('inspect', '-f', '{{json .State}}', 'done'));
    expect([state.Status, state.Running, state.ExitCode, state.Pid, state.OOMKilled]).toEqual([
      'exited',
      false,
      3,
      0,
      false,
    ]);
    expect(Date.parse(state.FinishedAt)).toBeGreaterThanOrEqual(Date.parse(state.StartedAt));
  });
});

test('who is frozen by another hand is paused', async () => {
  const freezer = freezerFile(gatherFacts().cgroup, `/limpid/limpid-${ids['web']}`)!;
  const webs = ['ps', '--noheading', '--filter', 'name=web'];
  try {
    writeFileSync(freezer.path, freezer.frozen);
    expect(await says(...webs)).toContain('Paused');
  } finally {
    writeFileSync(freezer.path, freezer.thawed);
  }
  expect(await says(...webs)).toContain('Up ');
});

test('names and directories that killed commands left are cleared away, and nothing else', async () => {
  const claim = (name: string) => `${directory}/run/names/${name}`;
  symlinkSync('f'.repeat(64), claim('ghost'));
  expect(await names('-a')).toBe('db done new web');
  expect(lstatSync(claim('ghost'), { throwIfNoEntry: false })).toBeUndefined();
  const left = `${directory}/run/containers/${'e'.repeat(64)}`;
  mkdirSync(left);
  await says('ps', '-q');
  expect(existsSync(left)).toBe(false);
  for (const name of ['db', 'done', 'new', 'web']) expect(lstatSync(claim(name)).isSymbolicLink()).toBe(true);
});
