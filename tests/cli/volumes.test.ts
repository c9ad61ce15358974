/** Volumes that have a name: made, shown, found and removed by commands of their own. */
import { beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { directory, says, limpid, limpidWith } = privateWorld();
const VOLUMES = `${directory}/root/volumes`;
const error = (message: string, code = 125) => ({ code, out: '', err: `Error: cannot ${message}\n` });
const list = async (...words: string[]) => (await says('volume', 'ls', '-q', ...words)).split('\n').filter(Boolean);

beforeEach(() => limpid('volume', 'rm', '-f', '-t', '0', '--all'));

describe('create', () => {
  test('prints its name, given or made up; its directory is there at once', async () => {
    expect(await says('volume', 'create', 'data')).toBe('data');
    expect(readdirSync(`${VOLUMES}/data/_data`)).toEqual([]);
    const made = await says('volume', 'create');
    expect(made).toMatch(/^[0-9a-f]{64}$/);
    expect(await list()).toEqual([made, 'data'].toSorted());
  });
  test('twice is an error, but with --ignore', async () => {
    await says('volume', 'create', '--label', 'a=b', 'data');
    expect(await limpid('volume', 'create', 'data')).toEqual(
      error('create volume "data": there is one of that name (hint: choose another, or give --ignore)'),
    );
    expect(await says('volume', 'create', '--ignore', 'data')).toBe('data');
    expect(await says('volume', 'inspect', '-f', '{{.Labels.a}}', 'data')).toBe('b');
  });
  test('a name that leads elsewhere, options of a driver, another driver', async () => {
    const why = 'letters, digits, "_", "." and "-" are wanted, a letter or digit first';
    for (const name of ['../x', 'a/b', '.new-1', '']) {
      expect(await limpid('volume', 'create', name)).toEqual(error(`use name "${name}": ${why}`));
    }
    expect(await limpid('volume', 'create', '--opt', 'type=nfs', 'data')).toEqual(
      error('use --opt: a volume is a plain directory (hint: mount the share on the host, then -v PATH:DEST)'),
    );
    expect(await limpid('volume', 'create', '-d', 'nfs', 'data')).toEqual(
      error('use "nfs" for -d: must be one of "local"'),
    );
    expect(await list()).toEqual([]);
  });
  test('eight at once: one makes it', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => limpid('volume', 'create', 'data')));
    expect(results.filter(({ code }) => code === 0)).toHaveLength(1);
    expect(new Set(results.map(({ err }) => err)).size).toBe(2);
    expect(readdirSync(VOLUMES)).toEqual(['data']);
  });
});

describe('in use', () => {
  test('what it holds stays when containers go', async () => {
    await says('volume', 'create', 'data');
    await says('run', '--rm', '-v', 'data:/x', BUSYBOX, 'sh', '-c', 'echo kept > /x/file');
    expect(readFileSync(`${VOLUMES}/data/_data/file`, 'utf8')).toBe('kept\n');
    expect(await says('run', '--rm', '-v', 'data:/y', BUSYBOX, 'cat', '/y/file')).toBe('kept');
  });
  test('nobody has used it: it belongs to the root of the container that is first, whatever its ids', async () => {
    await says('volume', 'create', 'data');
    const maps = ['--uidmap', '0:100000:1000', '--gidmap', '0:100000:1000'];
    await says('run', '--rm', ...maps, '-v', 'data:/x', BUSYBOX, 'touch', '/x/file');
    expect(statSync(`${VOLUMES}/data/_data`).uid).toBe(100000);
  });
  test('rm: 1 for none of that name, 2 naming who has it; -f takes these with it', async () => {
    await says('create', '--name', 'lab', '-v', 'data:/x', BUSYBOX);
    await says('volume', 'create', 'data');
    expect(await limpid('volume', 'rm', 'data')).toEqual(
      error(
        'remove volume "data": it is used by container "lab" (hint: `limpid volume rm -f data` removes them with it)',
        2,
      ),
    );
    expect(await limpid('volume', 'rm', 'nope')).toEqual(
      error('find volume "nope": there is no such volume (hint: `limpid volume ls` lists all)', 1),
    );
    // podman's: 1 only where nothing else fails.
    for (const names of [
      ['data', 'nope'],
      ['nope', 'data'],
    ])
      expect((await limpid('volume', 'rm', ...names)).code).toBe(2);
    expect(await says('volume', 'rm', '-f', 'data', 'nope')).toBe('data');
    expect([await says('ps', '-aq'), existsSync(`${VOLUMES}/data`)]).toEqual(['', false]);
  });
  test('inspect and rm by the start of a name that only one has', async () => {
    for (const name of ['data', 'dates', 'dat']) await says('volume', 'create', name);
    expect(await says('volume', 'inspect', '-f', '{{.Name}}', 'date')).toBe('dates');
    expect(await says('volume', 'inspect', '-f', '{{.Name}}', 'dat')).toBe('dat');
    await says('volume', 'rm', 'dat');
    const ambiguous = error('find volume "dat": "data" and "dates" begin so');
    expect(await limpid('volume', 'rm', 'dat')).toEqual(ambiguous);
    expect(await says('volume', 'rm', 'date')).toBe('date');
    expect(await list()).toEqual(['data']);
    expect((await limpid('volume', 'exists', 'dat')).code).toBe(1);
  });
  test('exists', async () => {
    await says('volume', 'create', 'data');
    const codes = ['data', 'nope', '', '..', '.'].map(async (name) => (await limpid('volume', 'exists', name)).code);
    expect(await Promise.all(codes)).toEqual([0, 1, 1, 1, 1]);
  });
});

describe('--volumes-from', () => {
  test('binds, volumes, and those without a name; what is mounted there already stays', async () => {
    mkdirSync(`${directory}/bound`, { recursive: true });
    writeFileSync(`${directory}/bound/file`, 'bound\n');
    const mounts = ['-v', `${directory}/bound:/bound:ro`, '-v', 'data:/data', '-v', '/own', '--tmpfs', '/memory'];
    const fill = 'echo data > /data/file; echo own > /own/file';
    await says('run', '--name', 'lab', ...mounts, BUSYBOX, 'sh', '-c', fill);
    const read = [BUSYBOX, 'sh', '-c', 'cat /bound/file /data/file /own/file; ls -d /memory; touch /own/x /bound/x'];
    const { out, err } = await limpid('run', '--rm', '--volumes-from', 'lab', ...read);
    expect(out).toBe('bound\ndata\nown\n');
    expect(err).toBe('ls: /memory: No such file or directory\ntouch: /bound/x: Read-only file system\n');
    expect(await says('run', '--rm', '--volumes-from', 'lab', '--tmpfs', '/data', BUSYBOX, 'ls', '/data')).toBe('');
    const strict = ['--volumes-from', 'lab:ro', BUSYBOX, 'touch', '/data/x'];
    expect(await limpid('run', '--rm', ...strict)).toEqual({
      code: 1,
      out: '',
      err: 'touch: /data/x: Read-only file system\n',
    });
    await says('rm', 'lab');
  });
  test('of nobody, and by other words', async () => {
    expect(await limpid('run', '--volumes-from', 'nope', BUSYBOX)).toEqual(
      error('find container "nope": there is no such container (hint: `limpid ps -a` lists all)'),
    );
    expect(await limpid('run', '--volumes-from', 'nope:rx', BUSYBOX)).toEqual(
      error('use "rx" in --volumes-from nope:rx: ro or rw is wanted'),
    );
    expect(await says('ps', '-aq')).toBe('');
  });
});

describe('shown', () => {
  test('as podman shows it', async () => {
    await says('volume', 'create', '--label', 'of=lab', 'data');
    expect(await says('volume', 'ls')).toBe('DRIVER      VOLUME NAME\nlocal       data');
    expect(await says('volume', 'ls', '--format', 'table {{.Name}}\\t{{.Mountpoint}}')).toBe(
      `VOLUME NAME  MOUNTPOINT\ndata         ${VOLUMES}/data/_data`,
    );
    const [shown] = JSON.parse(await says('volume', 'inspect', 'data'));
    expect(shown).toEqual({
      Name: 'data',
      Driver: 'local',
      Mountpoint: `${VOLUMES}/data/_data`,
      CreatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      Labels: { of: 'lab' },
      Scope: 'local',
      Options: {},
      MountCount: 0,
    });
    expect(JSON.parse(await says('volume', 'ls', '--format', 'json'))).toEqual([shown]);
    expect(JSON.parse(await says('volume', 'inspect', '--all'))).toEqual([shown]);
    expect(await limpid('volume', 'inspect', 'nope')).toEqual({
      code: 125,
      out: '[]\n',
      err: 'Error: cannot find volume "nope": there is no such volume (hint: `limpid volume ls` lists all)\n',
    });
  });
  test('filters', async () => {
    await says('volume', 'create', '--label', 'of=lab', 'one');
    await says('volume', 'create', 'two');
    await says('create', '--name', 'lab', '-v', 'two:/x', BUSYBOX);
    expect(await list('-f', 'label=of=lab')).toEqual(['one']);
    expect(await list('-f', 'label!=of')).toEqual(['two']);
    expect(await list('-f', 'dangling=true')).toEqual(['one']);
    expect(await list('-f', 'name=t')).toEqual(['two']);
    expect(await list('-f', 'until=1h')).toEqual([]);
    expect(await limpid('volume', 'ls', '-f', 'size=1')).toEqual(
      error(
        'filter by "size=1": it is no filter (hint: write KEY=VALUE with name, label, label!, dangling, until, driver, scope)',
      ),
    );
  });
  test('a record that is damaged: the files are what counts', async () => {
    await says('volume', 'create', 'data');
    writeFileSync(`${VOLUMES}/data/volume.json`, '{"labels":');
    expect(await says('volume', 'inspect', '-f', '{{.Name}} {{len .Labels}}', 'data')).toBe('data 0');
  });
});

test('inspect finds volumes and networks, too, behind a container of that name', async () => {
  await says('volume', 'create', 'both');
  await says('network', 'create', 'front');
  await says('create', '--name', 'both', BUSYBOX);
  expect(await says('inspect', '-f', '{{.State.Status}}', 'both')).toBe('created');
  expect(await says('inspect', '--type', 'volume', '-f', '{{.Scope}}', 'both')).toBe('local');
  await says('rm', 'both');
  expect(await says('inspect', '-f', '{{.Scope}}', 'both')).toBe('local');
  expect(await says('inspect', '-f', '{{.driver}}', 'front')).toBe('bridge');
  expect(await limpid('inspect', '--type', 'container', 'front')).toEqual({
    code: 125,
    out: '[]\n',
    err: 'Error: cannot find container "front": there is no such container (hint: `limpid ps -a` lists all)\n',
  });
  await says('network', 'rm', 'front');
});

describe('prune', () => {
  test('asks, takes what nobody has, by filter, and what a killed create left', async () => {
    await says('volume', 'create', '--label', 'of=lab', 'one');
    await says('volume', 'create', 'two');
    await says('volume', 'create', 'busy');
    await says('create', '--name', 'lab', '-v', 'busy:/x', BUSYBOX);
    const { code, out } = await limpidWith({ input: 'n\n' }, 'volume', 'prune');
    expect([code, out]).toEqual([0, 'This removes all volumes that no container has, with their files. Go on? [y/N] ']);
    expect(await list()).toEqual(['busy', 'one', 'two']);
    expect(await says('volume', 'prune', '-f', '--filter', 'label=of')).toBe('one');
    // No process ever has the number 0.
    mkdirSync(`${VOLUMES}/.new-0-left`);
    expect(await says('volume', 'prune', '-f')).toBe('two');
    expect(readdirSync(VOLUMES)).toEqual(['busy']);
  });
});
