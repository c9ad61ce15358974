import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { runtimeScope } from './runtime-bundle.ts';

/** systemd's own sign that it is process 1: sd_booted(3). */
const isBooted = existsSync('/run/systemd/system');
const { bundle, run, runWith } = runtimeScope();
const slice = 'limpid-test.slice';
const directory = '/sys/fs/cgroup/limpid.slice/limpid-test.slice/pre-one.scope';

const systemd = (...rest: string[]) => run('--systemd-cgroup', ...rest);

function sleeping(name: string, cgroupsPath: string): string {
  return bundle(name, ['sleep', '1000'], (spec) => {
    spec.linux!.cgroupsPath = cgroupsPath;
    spec.linux!.resources = {
      memory: { limit: 104_857_600 },
      pids: { limit: 50 },
      cpu: { quota: 50_000, period: 100_000 },
    };
    spec.annotations = { 'org.systemd.property.TimeoutStopSec': 'uint64 7' };
  });
}

function show(unit: string, ...properties: string[]): Record<string, string> {
  const { stdout } = Bun.spawnSync(['systemctl', 'show', unit, ...properties.map((name) => `--property=${name}`)]);
  const lines = stdout.toString().trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

test('a path of another form is refused', async () => {
  const { code, err } = await systemd('create', '--bundle', sleeping('form', '/a/b'), 'form');
  expect({ code, err }).toEqual({
    code: 1,
    err: 'cannot plan "linux.cgroupsPath": "/a/b" is not slice:prefix:name, as systemd wants it\n',
  });
});

test('without systemd it is told what is missing', async () => {
  const hide = 'for at in systemd dbus; do mkdir -p /run/$at; mount -t tmpfs tmpfs /run/$at; done; exec "$@"';
  const through = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', hide, 'sh'];
  const { code, err } = await runWith(
    { through },
    '--systemd-cgroup',
    'create',
    '--bundle',
    sleeping('lost', `${slice}:pre:lost`),
    'lost',
  );
  expect({ code, err }).toEqual({
    code: 1,
    err:
      'cannot ask systemd for a cgroup: nobody serves "/run/systemd/private" or "/run/dbus/system_bus_socket" ' +
      '(hint: without systemd, use --cgroup-manager cgroupfs)\n',
  });
});

test.if(isBooted)(
  'a scope with its limits, without us in it; changed by update, gone with it (needs systemd)',
  async () => {
    const path = sleeping('one', `${slice}:pre:one`);
    expect(await systemd('run', '--detach', '--bundle', path, 'one')).toEqual({ code: 0, out: '', err: '' });
    const { pid } = JSON.parse((await run('state', 'one')).out) as { pid: number };
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toBe('0::/limpid.slice/limpid-test.slice/pre-one.scope\n');
    // Whoever kept it for us has left.
    expect(readFileSync(`${directory}/cgroup.procs`, 'utf8')).toBe(`${pid}\n`);
    expect(readFileSync(`${directory}/memory.max`, 'utf8')).toBe('104857600\n');
    const wanted = [
      'MemoryMax',
      'TasksMax',
      'Delegate',
      'ActiveState',
      'Slice',
      'CPUQuotaPerSecUSec',
      'TimeoutStopUSec',
    ];
    expect(show('pre-one.scope', ...wanted)).toEqual({
      MemoryMax: '104857600',
      TasksMax: '50',
      Delegate: 'yes',
      ActiveState: 'active',
      Slice: slice,
      CPUQuotaPerSecUSec: '500ms',
      TimeoutStopUSec: '7s',
    });

    expect((await systemd('update', '--memory', '52428800', 'one')).code).toBe(0);
    Bun.spawnSync(['systemctl', 'daemon-reload']);
    expect(show('pre-one.scope', 'MemoryMax')).toEqual({ MemoryMax: '52428800' });
    expect(readFileSync(`${directory}/memory.max`, 'utf8')).toBe('52428800\n');

    const busy = await systemd('create', '--bundle', path, 'two');
    expect(busy.code).toBe(1);
    expect(busy.err).toContain("cannot call systemd's StartTransientUnit: org.freedesktop.systemd1.UnitExists: ");

    expect(await systemd('delete', '--force', 'one')).toEqual({ code: 0, out: '', err: '' });
    expect(show('pre-one.scope', 'LoadState')).toEqual({ LoadState: 'not-found' });
    expect(existsSync(directory)).toBe(false);
  },
);
