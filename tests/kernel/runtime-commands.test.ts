/** What runc and crun have on their command lines beside the operations: lists, patterns, versions, streams of numbers. */
import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cgroupDirectories } from '../../kernel/cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import { until } from '../cli/until.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { bundle, directory, once, run, runWith, says, state, words } = runtimeScope();
const cgroups = gatherFacts().cgroup;

const create = (id: string, ...flags: string[]) =>
  says('create', ...flags, '--bundle', bundle(id, ['sleep', '1000']), id);
const pathOf = (id: string): string =>
  JSON.parse(readFileSync(`${directory}/${id}/config.json`, 'utf8')).linux.cgroupsPath;

describe('list and --regex', () => {
  afterAll(async () => void (await run('delete', '--force', '--regex', '.')));

  test('list: a table, ids, JSON', async () => {
    for (const id of ['web-1', 'web-2', 'db']) await create(id);
    expect((await says('list', '-q')).split('\n').toSorted()).toEqual(['db', 'web-1', 'web-2']);
    const [head, ...rows] = (await says('list')).split('\n');
    expect(head!.trim().split(/ +/)).toEqual(['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER']);
    expect(rows.map((row) => row.split(/ +/)[2])).toEqual(['created', 'created', 'created']);
    const { pid } = await state('db');
    const all = JSON.parse(await says('list', '--format', 'json'));
    expect(all.find((one: { id: string }) => one.id === 'db')).toMatchObject({ pid, status: 'created', owner: 'root' });
  });

  test('kill and delete take a pattern, and leave the rest alone', async () => {
    await says('kill', '--regex', '^web-', 'KILL');
    for (const id of ['web-1', 'web-2'])
      await until(`${id} to stop`, async () => (await state(id)).status === 'stopped');
    expect((await state('db')).status).toBe('created');
    await says('delete', '--regex', '^web-[0-9]$');
    expect(await says('list', '-q')).toBe('db');
    await says('delete', '--regex', 'nobody');
    expect((await run('delete', '--regex', '(')).err).toMatch(
      /^cannot use "\(": it is no regular expression: [^\n]+\n$/,
    );
    await says('delete', '--force', '--regex', '.');
    expect(await says('list', '-q')).toBe('');
  });
});

test('version: what callers look for', async () => {
  const lines = (await says('--version')).split('\n');
  expect(lines[0]).toMatch(/^limpid-runtime version \d+\.\d+\.\d+/);
  expect(lines).toContain('spec: 1.3.0');
  expect(lines.at(-1)).toMatch(/^\+[A-Z]+(?: \+[A-Z]+)*$/);
});

test('help: every command, and what an option takes', async () => {
  const help = await says('--help');
  for (const line of [
    '      --log-format text|json ',
    '      --cgroup-manager cgroupfs|systemd|disabled ',
    '  create ',
    '  checkpoint ',
    '  -v, --version ',
  ])
    expect(help).toContain(`\n${line}`);
  expect((await says('list', '--help')).split('\n').slice(0, 5)).toEqual([
    'List the containers',
    '',
    'Usage: limpid-runtime list [options]',
    '',
    'Options:',
  ]);
  expect(await says('list', '--help')).toMatch(/\n {2}-f, --format table\|json +Form of the list\n/);
});

test('features: what a caller may ask for', async () => {
  const features = JSON.parse(await says('features'));
  expect(features).toMatchObject({
    ociVersionMin: '1.0.0',
    ociVersionMax: '1.3.0',
    hooks: ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'],
    linux: { cgroup: { v1: true, v2: true }, seccomp: { enabled: true } },
  });
  for (const word of ['ro', 'rro', 'rbind', 'idmap', 'ridmap', 'tmpcopyup', 'nosymfollow', 'rprivate', 'size'])
    expect([word, features.mountOptions.includes(word)]).toEqual([word, word !== 'size']);
  expect(features.linux.namespaces).toHaveLength(8);
});

test('spec: a bundle to begin with, once', async () => {
  const path = `${directory}/begun`;
  mkdirSync(path);
  const spec = (...flags: string[]) => Bun.spawnSync([...words, 'spec', ...flags], { cwd: path });
  expect(spec().exitCode).toBe(0);
  const written = JSON.parse(readFileSync(`${path}/config.json`, 'utf8'));
  expect(written).toMatchObject({ ociVersion: '1.3.0', root: { path: 'rootfs', readonly: true } });
  const again = spec();
  expect(again.exitCode).toBe(1);
  expect(again.stderr.toString()).toBe(
    'cannot write "./config.json": file exists (hint: remove it first)\n'.replace('./', `${path}/`),
  );
  mkdirSync(`${directory}/rootless`);
  expect(Bun.spawnSync([...words, 'spec', '--rootless', '--bundle', `${directory}/rootless`]).exitCode).toBe(0);
  const rootless = JSON.parse(readFileSync(`${directory}/rootless/config.json`, 'utf8'));
  expect(rootless.linux.namespaces).toContainEqual({ type: 'user' });
  expect(rootless.linux.uidMappings).toEqual([{ containerID: 0, hostID: 0, size: 1 }]);
});

test('events: numbers again and again, until the container ends', async () => {
  await create('counted');
  await says('start', 'counted');
  const child = Bun.spawn([...words, 'events', '--interval', '50ms', 'counted'], { stdin: 'ignore', stdout: 'pipe' });
  const reader = child.stdout.getReader();
  let text = '';
  while (text.split('\n').length < 3) text += new TextDecoder().decode((await reader.read()).value);
  for (const line of text.split('\n').slice(0, 2))
    expect(JSON.parse(line)).toMatchObject({ type: 'stats', id: 'counted', data: { pids: { current: 1 } } });
  await says('kill', 'counted', 'KILL');
  await until('its end', async () => (await state('counted')).status === 'stopped');
  expect(await child.exited).toBe(0);
  await says('delete', 'counted');
});

test('ps: a table with options of ps(1), and JSON', async () => {
  await create('shown');
  await says('start', 'shown');
  const { pid } = await state('shown');
  await until('the program', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep'));
  expect(JSON.parse(await says('ps', '-f', 'json', 'shown'))).toEqual([pid]);
  const [head, ...rows] = (await says('ps', 'shown', '-o', 'pid,args')).split('\n');
  expect(head!.trim()).toMatch(/^PID COMMAND$/);
  expect(rows.map((row) => row.trim())).toEqual([`${pid} sleep 1000`]);
  await says('delete', '--force', 'shown');
});

test('exec --cgroup: below that of the container, and gone with it', async () => {
  await create('tree');
  await says('start', 'tree');
  for (const path of cgroupDirectories(cgroups, pathOf('tree')).filter((one) => existsSync(one))) {
    mkdirSync(`${path}/below`);
    // A new cpuset of v1 is empty, and takes nobody.
    if (existsSync(`${path}/cpuset.sched_load_balance`))
      for (const file of ['cpuset.cpus', 'cpuset.mems'])
        writeFileSync(`${path}/below/${file}`, readFileSync(`${path}/${file}`, 'utf8'));
  }
  const file = `${directory}/below.pid`;
  await says('exec', '--cgroup', '/below', '--detach', '--pid-file', file, 'tree', 'sleep', '999');
  const lines = readFileSync(`/proc/${readFileSync(file, 'utf8')}/cgroup`, 'utf8')
    .trimEnd()
    .split('\n');
  const inside = lines.filter((line) => line.includes(pathOf('tree')));
  expect(inside.length).toBeGreaterThan(0);
  expect(inside.filter((line) => !line.endsWith(`${pathOf('tree')}/below`))).toEqual([]);
  await says('delete', '--force', 'tree');
  expect(cgroupDirectories(cgroups, pathOf('tree')).filter((path) => existsSync(path))).toEqual([]);
});

test('--cgroup-manager disabled: in the cgroups of the caller', async () => {
  const path = bundle('none', ['cat', '/proc/self/cgroup'], ({ linux }) => {
    linux!.namespaces = linux!.namespaces!.filter(({ type }) => type !== 'cgroup');
    delete linux!.resources;
  });
  const { code, out } = await run('--cgroup-manager', 'disabled', 'run', '--bundle', path, 'none');
  expect({ code, out }).toEqual({ code: 0, out: readFileSync('/proc/self/cgroup', 'utf8') });
});

test('a keyring of its own, or the caller’s', async () => {
  const show = ({ linux }: { linux?: { maskedPaths?: string[] } }) => void (linux!.maskedPaths = []);
  expect((await once('keyed', ['cat', '/proc/keys'], show)).out).toMatch(/ _ses\.keyed: /);
  const path = bundle('unkeyed', ['cat', '/proc/keys'], show);
  expect((await run('run', '--no-new-keyring', '--bundle', path, 'unkeyed')).out).not.toContain('_ses.unkeyed');
});

test('LISTEN_FDS: sockets of a unit are passed on', async () => {
  const path = bundle('unit', [
    'sh',
    '-c',
    'readlink /proc/self/fd/3; readlink /proc/self/fd/4; ls /proc/self/fd | wc -l',
  ]);
  const through = ['sh', '-c', 'exec 3</etc/hostname 4</dev/zero; exec "$@"', 'sh'];
  const { out } = await runWith({ through, env: { LISTEN_FDS: '2' } }, 'run', '--bundle', path, 'unit');
  // ls has the directory open, too.
  expect(out).toBe('/etc/hostname\n/dev/zero\n6\n');
});

test('--log-level: what is no failure may be left unsaid', async () => {
  const path = bundle('quiet', ['true'], ({ process }) => void process!.capabilities!.bounding!.push('CAP_FUTURE'));
  expect((await run('--log-level', 'error', 'run', '--bundle', path, 'quiet')).err).toBe('');
  for (const flags of [[], ['--debug'], ['--log-level', 'debug']])
    expect((await run(...flags, 'run', '--bundle', path, 'quiet')).err).toContain('level=warning');
  // The last word is --debug's, as runc has it.
  expect((await run('--log-level', 'error', '--debug', 'run', '--bundle', path, 'quiet')).err).toContain('CAP_FUTURE');
});
