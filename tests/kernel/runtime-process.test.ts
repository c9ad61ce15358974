import { describe, expect, test } from 'bun:test';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { bundle, directory, once, run, root } = runtimeScope();

/** What the process prints, which has to end well. */
async function prints(id: string, script: string, change: (spec: RuntimeSpec) => void): Promise<string> {
  const { code, out, err } = await once(id, ['sh', '-c', script], change);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

describe('runtime-spec, process', () => {
  test('user, umask, groups, rlimits, oomScoreAdj, capabilities', async () => {
    const script =
      'id -u; id -g; id -G; umask; cat /proc/self/oom_score_adj; ulimit -n; grep -E "Cap(Inh|Prm|Eff|Bnd|Amb)" /proc/self/status';
    const out = await prints('user', script, ({ process }) => {
      process!.user = { uid: 5, gid: 6, umask: 0o27, additionalGids: [7, 8] };
      process!.oomScoreAdj = 333;
      process!.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 77, hard: 99 }];
      const sets = ['CAP_KILL'];
      process!.capabilities = {
        bounding: [...sets, 'CAP_CHOWN'],
        permitted: sets,
        effective: sets,
        inheritable: sets,
        ambient: sets,
      };
    });
    expect(out.trim().split('\n')).toEqual([
      '5',
      '6',
      '6 7 8',
      '0027',
      '333',
      '77',
      'CapInh:\t0000000000000020',
      'CapPrm:\t0000000000000020',
      'CapEff:\t0000000000000020',
      'CapBnd:\t0000000000000021',
      'CapAmb:\t0000000000000020',
    ]);
  });

  test('scheduler, ioPriority, personality and memoryPolicy', async () => {
    const out = await prints(
      'scheduled',
      'cut() { echo $19 $41; }; set -- $(cat /proc/self/stat); shift 18; echo $1; shift 22; echo $1; cat /proc/self/personality; grep -c bind:0 /proc/self/numa_maps || true',
      (spec) => {
        spec.process!.scheduler = { policy: 'SCHED_BATCH', nice: 5 };
        spec.process!.ioPriority = { class: 'IOPRIO_CLASS_BE', priority: 6 };
        spec.linux!.personality = { domain: 'LINUX32' };
      },
    );
    // Of /proc/PID/stat: nice is field 19, the policy field 41; SCHED_BATCH is 3, PER_LINUX32 is 8.
    expect(out.split('\n').slice(0, 3)).toEqual(['5', '3', '00000008']);
  });

  test('apparmor where the kernel has none is an error that says so', async () => {
    const { code, err } = await once('confined', ['true'], (spec) => void (spec.process!.apparmorProfile = 'nosuch'));
    expect({ code, said: err.includes('process.apparmorProfile') }).toEqual({ code: 1, said: true });
    expect(existsSync(`${root}/confined`)).toBe(false);
  });

  test('capabilities that cannot be granted are a warning', async () => {
    const { code, out, err } = await once(
      'warned',
      ['echo', 'ran'],
      ({ process }) => void process!.capabilities!.bounding!.push('CAP_FUTURE'),
    );
    expect({ code, out }).toEqual({ code: 0, out: 'ran\n' });
    expect(err).toContain('level=warning msg="process.capabilities: cannot be granted here, and left out: CAP_FUTURE"');
  });
});

describe('runtime-spec, mounts', () => {
  test('tmpcopyup begins with what it hides', async () => {
    const out = await prints(
      'copied',
      'cat /etc/passwd; stat -c %a /etc/dir; touch /etc/new; cat /etc/dir/file',
      (spec) => {
        mkdirSync(`${directory}/copied/rootfs/etc/dir`, { mode: 0o750 });
        writeFileSync(`${directory}/copied/rootfs/etc/dir/file`, 'below\n');
        spec.mounts!.push({ destination: '/etc', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] });
      },
    );
    expect(out).toBe('root:x:0:0:root:/:/bin/sh\n750\nbelow\n');
    expect(existsSync(`${directory}/copied/rootfs/etc/new`)).toBe(false);
  });

  test('ids of a bind are mapped as its own maps say, and as the container’s with idmap', async () => {
    const source = `${directory}/source`;
    mkdirSync(source);
    writeFileSync(`${source}/file`, '');
    chownSync(`${source}/file`, 1000, 2000);
    const map = (hostID: number) => [{ containerID: 0, hostID, size: 65_536 }];
    const own = await prints('own-maps', 'stat -c "%u %g" /m/file', (spec) => {
      spec.mounts!.push({
        destination: '/m',
        type: 'bind',
        source,
        options: ['bind'],
        uidMappings: map(10),
        gidMappings: map(20),
      });
    });
    expect(own).toBe('1010 2020\n');
    const users = await prints('container-maps', 'stat -c "%u %g" /m/file', (spec) => {
      // Root inside may make nothing in a directory of the host's root.
      mkdirSync(`${directory}/container-maps/rootfs/m`);
      spec.linux!.namespaces!.push({ type: 'user' });
      spec.linux!.uidMappings = map(100_000);
      spec.linux!.gidMappings = map(100_000);
      spec.mounts!.push({ destination: '/m', type: 'bind', source, options: ['bind', 'idmap'] });
    });
    expect(users).toBe('1000 2000\n');
  });

  test('rro makes the whole tree read-only, a relative source is one of the bundle', async () => {
    const { code, err } = await once('tree', ['touch', '/t/x'], (spec) => {
      mkdirSync(`${directory}/tree/inner`, { recursive: true });
      spec.mounts!.push({ destination: '/t', type: 'bind', source: 'inner', options: ['rbind', 'rro'] });
    });
    expect({ code, err }).toEqual({ code: 1, err: 'touch: /t/x: Read-only file system\n' });
  });
});

describe('what bad input gets', () => {
  const cases: [string, (spec: RuntimeSpec) => void, string][] = [
    [
      'future',
      (spec) => void (spec.ociVersion = '1.99.0'),
      'cannot use "ociVersion" of the runtime spec: 1.99.0 is newer than 1.3\n',
    ],
    [
      'scheduler',
      ({ process }) => void (process!.scheduler = { policy: 'SCHED_NONE' }),
      'cannot plan "process.scheduler.policy": "SCHED_NONE" is none of',
    ],
    [
      'rlimit',
      ({ process }) => void process!.rlimits!.push({ type: 'RLIMIT_NOFILE', soft: 1, hard: 1 }),
      'cannot use "process.rlimits[1].type" of the runtime spec: "RLIMIT_NOFILE" is listed twice\n',
    ],
    ['namespace', ({ linux }) => void linux!.namespaces!.push({ type: 'pid' }), 'is listed twice\n'],
    [
      'terminal',
      ({ process }) => void (process!.terminal = true),
      'cannot use "process.terminal" of the runtime spec: cannot allocate tty if runtime will detach without setting console socket',
    ],
    ['rootfs', ({ root: its }) => void (its!.path = 'nosuch'), 'no such file or directory\n'],
    [
      'program',
      ({ process }) => void (process!.args = ['nosuch']),
      'cannot run "nosuch": ENOENT, executable file not found',
    ],
    ['cwd', ({ process }) => void (process!.cwd = '/nosuch'), 'cannot change to working directory "/nosuch": ENOENT'],
    [
      'joined',
      ({ linux }) => void (linux!.namespaces!.find(({ type }) => type === 'ipc')!.path = '/nosuch'),
      'cannot open "/nosuch": ENOENT, no such file or directory, for linux.namespaces[ipc]\n',
    ],
    [
      'other-type',
      ({ linux }) => void (linux!.namespaces!.find(({ type }) => type === 'ipc')!.path = '/proc/self/ns/net'),
      'EINVAL, it is no namespace of that type',
    ],
    [
      'listener',
      ({ linux }) => void (linux!.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/nosuch' }),
      'cannot connect to "linux.seccomp.listenerPath" "/nosuch": nobody serves it\n',
    ],
    ['rdt', ({ linux }) => void (linux!.intelRdt = {}), 'cannot use "linux.intelRdt" of the runtime spec: '],
    [
      'net-device',
      ({ linux }) => void (linux!.netDevices = { lo: {} }),
      'cannot move network interface "lo" into the container: EINVAL, an interface of this kind stays',
    ],
  ];
  for (const [name, change, message] of cases) {
    test(name, async () => {
      const { code, out, err } = await run('create', '--bundle', bundle(name, ['true'], change), name);
      expect({ code, out, said: err.includes(message) ? message : err }).toEqual({ code: 1, out: '', said: message });
      expect(existsSync(`${root}/${name}`)).toBe(false);
    });
  }

  test('no bundle, and no JSON', async () => {
    const missing = await run('create', '--bundle', '/nosuch', 'none');
    expect({
      code: missing.code,
      said: missing.err.includes('cannot read "/nosuch/config.json": no such file or directory'),
    }).toEqual({ code: 1, said: true });
    const path = bundle('no-json', ['true']);
    writeFileSync(`${path}/config.json`, '{');
    const broken = await run('create', '--bundle', path, 'no-json');
    expect({ code: broken.code, said: broken.err.startsWith('cannot use the runtime spec: it is no JSON') }).toEqual({
      code: 1,
      said: true,
    });
  });

  test('--log gets a line of JSON beside stderr', async () => {
    const log = `${directory}/log.json`;
    const { err } = await run('--log', log, '--log-format', 'json', 'state', 'nosuch');
    expect(err).toBe('cannot find container "nosuch": container does not exist\n');
    const { time, ...entry } = JSON.parse(readFileSync(log, 'utf8'));
    expect(entry).toEqual({ level: 'error', msg: 'cannot find container "nosuch": container does not exist' });
    expect(new Date(time).toISOString()).toBe(time);
  });

  test('what this runtime does not do is refused', async () => {
    const refused: [string[], string][] = [
      [['checkpoint', 'x'], 'cannot find container "x": '],
      [['nosuch'], 'there is no such command'],
      [['create', '--nosuch', 'x'], 'limpid-runtime create has no such option'],
      [['start'], 'an argument is missing'],
    ];
    for (const [words, message] of refused) {
      const { code, err } = await run(...words);
      expect({ words, code, said: err.includes(message) ? message : err }).toEqual({ words, code: 1, said: message });
    }
  });
});
