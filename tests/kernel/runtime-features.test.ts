import { afterAll, describe, expect, test } from 'bun:test';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cgroupDirectories } from '../../kernel/cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { directory, once, bundle, run, runWith, says } = runtimeScope();

describe('--no-pivot', () => {
  test('the root is the container all the same, and nothing of the host is in sight', async () => {
    const path = bundle('moved', ['sh', '-c', 'ls / && grep -c . /proc/self/mountinfo && ls -di / /..'], (spec) => {
      spec.mounts = spec.mounts!.filter(({ destination }) => destination === '/proc');
      spec.linux!.maskedPaths = [];
      spec.linux!.readonlyPaths = [];
    });
    const { code, out, err } = await run('run', '--no-pivot', '--bundle', path, 'moved');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trim().split('\n');
    expect(lines.slice(0, 6)).toEqual(['bin', 'dev', 'etc', 'proc', 'sys', 'tmp']);
    // The root and /proc are all that can be reached.
    expect(lines[6]).toBe('2');
    const inodes = lines.slice(7).map((line) => line.trim().split(/\s+/)[0]);
    expect(inodes[0]).toBe(inodes[1]!);
  });
});

describe('linux.netDevices', () => {
  /** A network namespace with one interface that has everything. */
  const script = `${directory}/with-interface`;
  writeFileSync(
    script,
    `#!/bin/sh -e
ip link add lt0 mtu 1400 address 02:00:00:00:77:01 type veth peer name lt1
ip addr add 10.77.0.2/24 dev lt0
ip addr add fd77::2/64 nodad dev lt0
ip link set lt0 up
exec "$@"
`,
  );
  chmodSync(script, 0o755);
  const through = ['unshare', '--net', script];
  const withDevices =
    (netDevices: NonNullable<RuntimeSpec['linux']>['netDevices'], network?: string) => (spec: RuntimeSpec) => {
      spec.linux!.netDevices = netDevices!;
      if (network !== undefined)
        spec.linux!.namespaces = spec.linux!.namespaces!.filter(({ type }) => type !== 'network');
    };
  const show = ['sh', '-c', 'busybox ip addr show dev eth7; cat /sys/class/net/eth7/mtu /sys/class/net/eth7/address'];

  test('an interface moves, gets its new name, is up, and keeps MTU, MAC and addresses', async () => {
    const path = bundle('net', show, withDevices({ lt0: { name: 'eth7' } }));
    const { code, out, err } = await runWith({ through }, 'run', '--bundle', path, 'net');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/eth7[^:]*: <[^>]*UP/);
    expect(out).toContain('inet 10.77.0.2/24 ');
    expect(out).toContain('inet6 fd77::2/64 ');
    expect(out.trim().split('\n').slice(-2)).toEqual(['1400', '02:00:00:00:77:01']);
  });

  test('without a new name it keeps its own', async () => {
    const path = bundle('net-same', ['cat', '/sys/class/net/lt0/mtu'], withDevices({ lt0: {} }));
    expect(await runWith({ through }, 'run', '--bundle', path, 'net-same')).toEqual({
      code: 0,
      out: '1400\n',
      err: '',
    });
  });

  test('one that is not there, one whose name is taken, and a container in the network of the host', async () => {
    const missing = await once('net-missing', ['true'], withDevices({ nope0: {} }));
    expect(missing).toEqual({
      code: 1,
      out: '',
      err: 'cannot move network interface "nope0" into the container: there is no such interface\n',
    });
    const path = bundle('net-taken', ['true'], withDevices({ lt0: { name: 'lo' } }));
    const taken = await runWith({ through }, 'run', '--bundle', path, 'net-taken');
    expect({ code: taken.code, why: taken.err }).toEqual({
      code: 1,
      why: 'cannot move network interface "lt0" into the container as "lo": EEXIST, an interface of that name is there already, for linux.netDevices[lt0]\n',
    });
    const host = bundle('net-host', ['true'], withDevices({ lo: {} }, 'host'));
    const { code, err } = await run('run', '--bundle', host, 'net-host');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'cannot plan "linux.netDevices": the container has no network namespace of its own for them\n',
    });
  });
});

describe('linux.intelRdt', () => {
  // A directory with the kernel's names stands for resctrl, which few machines have: the kernel makes the files of a group.
  const fake = `${directory}/with-resctrl`;
  writeFileSync(
    fake,
    `#!/bin/sh -e
mount -t tmpfs tmpfs /sys/fs
mkdir -p /sys/fs/resctrl/gold
cd /sys/fs/resctrl
touch schemata tasks gold/tasks
printf '    MB:0=100\\n    L3:0=ff\\n' >gold/schemata
"$@"
code=$?
cat gold/tasks
exit "$code"
`,
  );
  chmodSync(fake, 0o755);
  const through = ['unshare', '--mount', '--propagation', 'private', fake];
  const disabled = ['--cgroup-manager', 'disabled'];
  const asking = (intelRdt: NonNullable<RuntimeSpec['linux']>['intelRdt']) => (spec: RuntimeSpec) => {
    spec.linux!.intelRdt = intelRdt!;
    spec.process!.args = ['true'];
  };

  test('a host without resctrl says so', async () => {
    expect(await once('no-rdt', ['true'], asking({ closID: 'gold' }))).toEqual({
      code: 1,
      out: '',
      err:
        'cannot use "linux.intelRdt" of the runtime spec: no resctrl is mounted at "/sys/fs/resctrl": ' +
        'the kernel or the CPU does not have it, or nobody mounted it\n',
    });
  });

  test('the process goes into the group that is there, with the schemata that it is to have', async () => {
    const path = bundle('rdt', [], asking({ closID: 'gold', schemata: ['L3:0=ff'] }));
    const { code, out, err } = await runWith({ through }, ...disabled, 'run', '--bundle', path, 'rdt');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^\d+$/);
  });

  test('a group that is missing, one that is otherwise', async () => {
    const missing = bundle('rdt-missing', [], asking({ closID: 'silver' }));
    expect((await runWith({ through }, ...disabled, 'run', '--bundle', missing, 'rdt-missing')).err).toBe(
      'cannot use resctrl group "/sys/fs/resctrl/silver": it does not exist, and nothing says what it is to be\n',
    );
    const other = bundle('rdt-other', [], asking({ closID: 'gold', l3CacheSchema: 'L3:0=f0' }));
    expect((await runWith({ through }, ...disabled, 'run', '--bundle', other, 'rdt-other')).err).toBe(
      'cannot use resctrl group "/sys/fs/resctrl/gold": its schemata do not hold "L3:0=f0"\n',
    );
    const dots = await once('rdt-dots', ['true'], asking({ closID: '../x' }));
    expect(dots.err).toContain('linux.intelRdt.closID');
  });
});

describe('update of schemata', () => {
  const path = `${directory}/update-resctrl`;
  writeFileSync(
    path,
    `#!/bin/sh
mount -t tmpfs tmpfs /sys/fs
mkdir -p /sys/fs/resctrl/gold
cd /sys/fs/resctrl
touch schemata tasks gold/tasks gold/schemata
bundle=$1
shift
"$@" create --bundle "$bundle" rdt-up </dev/null >/dev/null
"$@" update --l3-cache-schema 'L3:0=f' rdt-up && cat gold/schemata
"$@" update --mem-bw-schema 'MB:0=5' --l3-cache-schema 'L3:0=e' rdt-up && cat gold/schemata
"$@" delete --force rdt-up
`,
  );
  chmodSync(path, 0o755);

  test('writes them into the group that the container is in', async () => {
    const made = bundle('rdt-up', ['sleep', '1000'], (spec) => {
      spec.linux!.intelRdt = { closID: 'gold' };
    });
    const through = ['unshare', '--mount', '--propagation', 'private', path, made];
    const { out, err } = await runWith({ through }, '--cgroup-manager', 'disabled');
    // The file of this test does not sort its lines as the kernel does: the last that is written stands first.
    expect({ out, err }).toEqual({ out: 'L3:0=f\nMB:0=5\n', err: '' });
  });

  test('of a container that is in none', async () => {
    expect((await run('create', '--bundle', bundle('rdt-none', ['sleep', '1000']), 'rdt-none')).code).toBe(0);
    try {
      const { code, err } = await runWith({}, 'update', '--l3-cache-schema', 'L3:0=f', 'rdt-none');
      expect({ code, err }).toEqual({
        code: 1,
        err: 'cannot update container "rdt-none": it was made without "linux.intelRdt"\n',
      });
    } finally {
      await run('delete', '--force', 'rdt-none');
    }
  });
});

describe('a cgroup that has children (needs cgroup v1)', () => {
  const mountPoint = '/sys/fs/cgroup/devices';
  const isV1 = existsSync(`${mountPoint}/devices.list`);
  const shared = (name: string) => `/limpid-runtime-features-${process.pid}/${name}`;
  afterAll(() => {
    const parents = cgroupDirectories(gatherFacts().cgroup, shared('')).map((path) => path.slice(0, -1));
    for (const name of ['all', 'some'])
      Bun.spawnSync(['rmdir', `${mountPoint}${shared(name)}/child`, ...parents.map((path) => `${path}/${name}`)]);
    Bun.spawnSync(['rmdir', ...parents]);
    expect(parents.filter((path) => existsSync(path))).toEqual([]);
  });
  const bundleIn = (name: string) =>
    bundle(name, ['cat', '/dev/null'], (spec) => {
      spec.linux!.cgroupsPath = shared(name);
    });

  test.if(isV1)('what differs is changed where not everything is allowed (needs cgroup v1)', async () => {
    const path = `${mountPoint}${shared('some')}`;
    mkdirSync(path, { recursive: true });
    writeFileSync(`${path}/devices.deny`, 'a');
    writeFileSync(`${path}/devices.allow`, 'b 7:0 rwm');
    mkdirSync(`${path}/child`);
    await says('create', '--bundle', bundleIn('some'), 'some');
    const list = readFileSync(`${path}/devices.list`, 'utf8');
    expect(list).toContain('c 1:3 rwm\n');
    expect(list).not.toContain('b 7:0');
    await says('start', 'some');
  });

  test.if(isV1)('what the kernel refuses is explained (needs cgroup v1)', async () => {
    const path = `${mountPoint}${shared('all')}`;
    mkdirSync(`${path}/child`, { recursive: true });
    const { code, err } = await run('create', '--bundle', bundleIn('all'), 'all');
    expect(code).toBe(1);
    // What was there before stays.
    expect(existsSync(`${path}/child`)).toBe(true);
    const made = cgroupDirectories(gatherFacts().cgroup, shared('all')).filter((one) => one !== path);
    expect(made.filter((one) => existsSync(one))).toEqual([]);
    expect(err).toContain('EINVAL, it has cgroups below it, and everything may be used in it: v1 changes that no more');
  });
});
