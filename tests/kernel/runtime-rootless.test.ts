import { beforeAll, describe, expect, test } from 'bun:test';
import { chmodSync, chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { exampleSpec } from '../../runtime/example-spec.ts';
import { until } from '../cli/until.ts';
import { runtimeScope } from './runtime-bundle.ts';

/** Somebody, with no more rights than anybody. */
const ID = 61_234;
const { directory, root, bundle, run, runWith } = runtimeScope();
const through = ['setpriv', `--reuid=${ID}`, `--regid=${ID}`, '--clear-groups', '--inh-caps=-all', '--no-new-privs'];
const asUser = (...words: string[]) => runWith({ through }, ...words);

// Ubuntu from 23.10 on: who makes a user namespace without root gets no rights in it.
const RESTRICTION = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns';
const isRestricted = existsSync(RESTRICTION) && readFileSync(RESTRICTION, 'utf8') === '1\n';

/** A test of what nobody but root may do where the machine says so. */
function userTest(name: string, run: () => Promise<void>): void {
  test.skipIf(isRestricted)(`${name} (needs user namespaces without root)`, run);
}

beforeAll(() => {
  chmodSync(directory, 0o755);
  chownSync(root, ID, ID);
});

function rootlessBundle(name: string, args: readonly string[], additionalGids?: number[]): string {
  return bundle(name, args, (spec) => {
    Object.assign(spec, exampleSpec({ rootless: true }));
    const mine = [{ containerID: 0, hostID: ID, size: 1 }];
    Object.assign(spec.linux!, { uidMappings: mine, gidMappings: mine });
    spec.process = { ...spec.process!, terminal: false, args: [...args] };
    if (additionalGids !== undefined) spec.process.user = { uid: 0, gid: 0, additionalGids };
  });
}

userTest('a user runs a container, and is root in it and nobody else', async () => {
  const path = rootlessBundle('mine', [
    'sh',
    '-c',
    'id -u; id -g; cat /proc/self/uid_map; touch /tmp/x || echo refused',
  ]);
  const { code, out, err } = await asUser('run', '--bundle', path, 'mine');
  expect({ code, lines: out.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' ')) }).toEqual({
    code: 0,
    lines: ['0', '0', `0 ${ID} 1`, 'refused', ''],
  });
  expect(err).toContain('Read-only file system');
});

userTest('create, start, exec, kill and delete', async () => {
  const path = rootlessBundle('long', ['sleep', '1000']);
  expect(await asUser('create', '--bundle', path, 'long')).toEqual({ code: 0, out: '', err: '' });
  expect(await asUser('start', 'long')).toEqual({ code: 0, out: '', err: '' });
  const status = async () => (JSON.parse((await asUser('state', 'long')).out) as { status: string }).status;
  expect(await status()).toBe('running');
  const seen = await asUser('exec', 'long', 'sh', '-c', 'id -u; cat /proc/1/comm');
  expect(seen).toEqual({ code: 0, out: '0\nsleep\n', err: '' });
  expect(await asUser('kill', 'long', 'KILL')).toEqual({ code: 0, out: '', err: '' });
  await until('it has stopped', async () => (await status()) === 'stopped');
  expect(await asUser('delete', 'long')).toEqual({ code: 0, out: '', err: '' });
});

test('spec --rootless is for the user who asks', async () => {
  const own = `${directory}/own`;
  Bun.spawnSync(['install', '-d', '-o', String(ID), own]);
  expect((await asUser('spec', '--rootless', '--bundle', own)).code).toBe(0);
  const { linux } = await Bun.file(`${own}/config.json`).json();
  expect(linux.uidMappings).toEqual([{ containerID: 0, hostID: ID, size: 1 }]);
  expect(linux.namespaces.map(({ type }: { type: string }) => type)).toContain('user');
  expect(linux.resources).toBeUndefined();
});

describe('with ids of /etc/subuid', () => {
  const files = {
    passwd: `user:x:${ID}:${ID}::/:/bin/sh\n`,
    subuid: 'user:200000:65536\n',
    subgid: 'user:300000:65536\n',
  };
  const asMapped = (hidden: readonly string[], ...words: string[]) => {
    const binds = Object.keys(files).map((name) => `mount --bind ${directory}/etc-${name} /etc/${name}`);
    const hide = hidden.map((path) => `mount --bind /dev/null ${path}`);
    const before = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c'];
    const script = [...binds, ...hide, 'exec "$@"'].join(' && ');
    const user = through.filter((word) => word !== '--no-new-privs');
    return runWith({ through: [...before, script, 'sh', ...user] }, ...words);
  };
  const mapped = (name: string, size: number, args: readonly string[]) => {
    const path = rootlessBundle(name, args, [7]);
    const config = JSON.parse(readFileSync(`${path}/config.json`, 'utf8'));
    for (const [kind, first] of [
      ['uidMappings', 200_000],
      ['gidMappings', 300_000],
    ] as const)
      config.linux[kind].push({ containerID: 1, hostID: first, size });
    config.process.user = { uid: 5, gid: 6, additionalGids: [7] };
    writeFileSync(`${path}/config.json`, JSON.stringify(config));
    return path;
  };
  beforeAll(() => {
    for (const [name, text] of Object.entries(files)) writeFileSync(`${directory}/etc-${name}`, text);
  });

  userTest('all of them are there, and users and groups of them', async () => {
    const path = mapped('ranges', 65_536, [
      'sh',
      '-c',
      'cat /proc/self/uid_map /proc/self/gid_map; id -u; id -g; id -G',
    ]);
    const { code, out, err } = await asMapped([], 'run', '--bundle', path, 'ranges');
    expect({
      code,
      err,
      lines: out
        .trim()
        .split('\n')
        .map((line) => line.trim().replaceAll(/\s+/g, ' ')),
    }).toEqual({
      code: 0,
      err: '',
      lines: [`0 ${ID} 1`, '1 200000 65536', `0 ${ID} 1`, '1 300000 65536', '5', '6', '6 7'],
    });
  });

  userTest('exec is in them too', async () => {
    const path = mapped('held', 65_536, ['sleep', '1000']);
    expect(await asMapped([], 'run', '--detach', '--bundle', path, 'held')).toEqual({ code: 0, out: '', err: '' });
    expect(await asMapped([], 'exec', 'held', 'id', '-G')).toEqual({ code: 0, out: '6 7\n', err: '' });
    expect((await asMapped([], 'delete', '--force', 'held')).code).toBe(0);
  });

  userTest('more than were given, and without the programs that map them', async () => {
    const path = mapped('greedy', 65_537, ['true']);
    expect(await asMapped([], 'run', '--bundle', path, 'greedy')).toEqual({
      code: 1,
      out: '',
      err: 'cannot map ids by "newuidmap": ECANCELED, it ended with status 1, for linux.uidMappings (hint: /etc/subuid and /etc/subgid say which ids a user may map)\n',
    });
    expect((await asMapped([Bun.which('newuidmap')!], 'run', '--bundle', path, 'greedy')).err).toContain(
      'it ended with status 126, for linux.uidMappings (hint: install newuidmap and newgidmap, the package uidmap)',
    );
  });
});

test('what only root may have is refused with a reason', async () => {
  const groups = await asUser('run', '--bundle', rootlessBundle('groups', ['true'], [7]), 'groups');
  expect(groups).toEqual({
    code: 1,
    out: '',
    err: 'cannot plan "process.user.additionalGids": groups are set by who has CAP_SETGID\n',
  });
  const path = rootlessBundle('limited', ['true']);
  const config = await Bun.file(`${path}/config.json`).json();
  config.linux.resources = { pids: { limit: 5 } };
  writeFileSync(`${path}/config.json`, JSON.stringify(config));
  const { code, err } = await asUser('run', '--bundle', path, 'limited');
  expect({ code, err }).toEqual({
    code: 1,
    err: 'cannot plan "linux.resources.pids.limit": cannot be kept without a cgroup\n',
  });
  expect((await run('--rootless', 'false', 'list')).code).toBe(0);
});
