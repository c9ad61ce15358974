/** bundle.md and config.md of the OCI runtime-spec, but for what is Linux's alone. */
import { expect } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import type { LimpidError } from '../../base/error.ts';
import { createContainer } from '../../runtime/create.ts';
import { RuntimeWorld } from '../../runtime/runtime-world.ts';
import { shows } from './oci-statement.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { bundle, directory, once, root, run } = runtimeScope();
const world = new RuntimeWorld({ root });

/** What the process prints, which has to end well. */
async function prints(script: string, change: (spec: RuntimeSpec) => void = () => {}): Promise<string[]> {
  const { code, out, err } = await once('prints', ['sh', '-c', script], change);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out.trimEnd().split('\n');
}

/** The one line that is said of a spec that has this value, or none, at this place. */
async function refusal(place: string, value?: unknown): Promise<string> {
  const path = bundle('refused', ['true']);
  const spec: unknown = JSON.parse(readFileSync(`${path}/config.json`, 'utf8'));
  const keys = place.split(/[.[\]]+/).filter((key) => key !== '');
  const last = keys.pop()!;
  const holder = keys.reduce(
    (within, key) => (within[key] ??= {}) as Record<string, unknown>,
    spec as Record<string, unknown>,
  );
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  writeFileSync(`${path}/config.json`, JSON.stringify(spec));
  // By the library, as the program takes a second in a guest; what it makes of an error, others test.
  const { message, exitCode } = await createContainer(world, 'refused', { bundle: path }).then(
    () => expect.unreachable('it was created'),
    (error: LimpidError) => error,
  );
  expect({ place, exitCode }).toEqual({ place, exitCode: 1 });
  expect(message).toMatch(/^cannot [^\n]+$/);
  expect(existsSync(`${root}/refused`)).toBe(false);
  return message;
}

shows(['ConfigInRootBundleDir', 'ConfigConstName'], 'a bundle has a config.json', async () => {
  const path = bundle('unnamed', ['echo', 'ran']);
  renameSync(`${path}/config.json`, `${path}/other.json`);
  const { code, err } = await run('run', '--bundle', path, 'unnamed');
  expect({ code, err: err.startsWith(`cannot read "${path}/config.json": no such file or directory`) }).toEqual({
    code: 1,
    err: true,
  });
  expect((await run('run', '--bundle', path, '--config', `${path}/other.json`, 'unnamed')).out).toBe('ran\n');
});

shows(['SpecVersionInSemVer', 'ValidValues', 'misc_props'], 'ociVersion', async () => {
  for (const version of ['1.0.0', '1.0.2-dev', '1.1.0+build', '1.2.1', '1.3.0'])
    expect([version, ...(await prints('echo ran', (spec) => void (spec.ociVersion = version)))]).toEqual([
      version,
      'ran',
    ]);
  for (const version of ['invalid', '1', '1.0', '', '0.9.0', '2.0.0', '1.4.0', 1, null])
    expect([version, await refusal('ociVersion', version)]).toEqual([version, expect.stringContaining('"ociVersion"')]);
});

shows(
  ['ExtensibilityIgnoreUnknownProp', 'AnnotationsKeyIgnoreUnknown', 'misc_props'],
  'what is not known is ignored, wherever it is',
  async () => {
    const out = await prints('echo ran', (spec) => {
      spec.annotations = { 'org.example.unknown': '', 'no domain': 'x' };
      const parts = [spec, spec.process!, spec.process!.user!, spec.root!, spec.mounts![0]!, spec.linux!];
      for (const part of parts) (part as Record<string, unknown>)['unknown'] = { deep: [1] };
    });
    expect(out).toEqual(['ran']);
  },
);

shows(
  ['AnnotationsKeyValueMap', 'AnnotationsKeyString', 'AnnotationsKeyRequired', 'AnnotationsValueString'],
  'annotations',
  async () => {
    for (const annotations of [['a'], 'a', { '': 'empty' }, { a: 1 }, { a: null }, { a: {} }])
      expect(await refusal('annotations', annotations)).toContain('"annotations');
  },
);

shows(['RootOnNonWindowsRequired', 'RootPathExist'], 'root', async () => {
  expect(await refusal('root')).toContain('"root"');
  expect(await refusal('root', {})).toContain('"root.path"');
  expect(await refusal('root.path', 'nosuch')).toContain('no such file or directory');
  expect(await refusal('root.path', 'config.json')).toContain('and no directory');
  expect(await prints('echo ran', ({ root: its }) => void (its!.path = `${directory}/prints/rootfs`))).toEqual(['ran']);
});

shows(['RootReadonlyImplement', 'root_readonly_true', 'default'], 'root.readonly', async () => {
  const script = 'touch /x 2>&1; echo $?; touch /dev/x && echo but not what is mounted';
  expect(await prints(script, ({ root: its }) => void (its!.readonly = true))).toEqual([
    'touch: /x: Read-only file system',
    '1',
    'but not what is mounted',
  ]);
  for (const readonly of [false, undefined]) {
    const out = await prints(script, ({ root: its }) => {
      delete its!.readonly;
      if (readonly !== undefined) its!.readonly = readonly;
    });
    expect(out).toEqual(['0', 'but not what is mounted']);
  }
});

shows(['MountsInOrder', 'mounts'], 'mounts are made in their order, each with its options', async () => {
  const volume = `${directory}/volume`;
  mkdirSync(volume, { recursive: true });
  writeFileSync(`${volume}/file`, 'volume\n');
  const script =
    'cat /a/file; ls /a/b; touch /a/b/x; touch /a/y 2>&1; grep " /a" /proc/self/mountinfo | cut -d" " -f5,6';
  const out = await prints(script, ({ mounts }) => {
    mounts!.push({ destination: '/a', type: 'tmpfs', source: 'hidden' });
    mounts!.push({ destination: '/a', type: 'bind', source: volume, options: ['rbind', 'ro', 'nosuid'] });
    mkdirSync(`${volume}/b`);
    mounts!.push({ destination: '/a/b', type: 'tmpfs', source: 'over', options: ['noexec', 'nodev', 'size=16k'] });
  });
  expect(out).toEqual([
    'volume',
    'touch: /a/y: Read-only file system',
    '/a rw,relatime',
    '/a ro,nosuid,relatime',
    '/a/b rw,nodev,noexec,relatime',
  ]);
  expect(existsSync(`${volume}/b/x`)).toBe(false);
});

shows(['MountsDestAbs', 'mounts'], 'a destination counts from the root of the container', async () => {
  // Since 1.2 a relative one is read so; 1.0 had it as an error.
  for (const destination of ['relative/place', '/relative/../relative/./place', '/../../relative/place']) {
    const out = await prints('grep -c " /relative/place " /proc/self/mountinfo', ({ mounts }) => {
      mounts!.push({ destination, type: 'tmpfs', source: 'tmpfs' });
    });
    expect([destination, ...out]).toEqual([destination, '1']);
  }
  expect(await refusal('mounts[0]', { type: 'tmpfs' })).toContain('destination');
});

shows(['process', 'default', 'process_user'], 'arguments, environment, directory and user', async () => {
  const out = await prints(
    'pwd; env; id -u; id -g; id -G; umask; grep -E "NoNewPrivs" /proc/self/status',
    ({ process }) => {
      process!.cwd = '/tmp';
      process!.env = ['A=b', 'EMPTY=', 'EQUALS=c=d', 'PATH=/bin'];
      process!.user = { uid: 10, gid: 11, additionalGids: [5, 6], umask: 0o77 };
      process!.noNewPrivileges = false;
    },
  );
  // `env` and the like are printed by a shell, which says where it is and how deep.
  const own = out.filter((line) => !/^(?:PWD|SHLVL|HOME|OLDPWD|_)=/.test(line));
  expect(own.filter((line) => line.includes('=')).toSorted()).toEqual(['A=b', 'EMPTY=', 'EQUALS=c=d', 'PATH=/bin']);
  expect(own.filter((line) => !line.includes('='))).toEqual(['/tmp', '10', '11', '11 5 6', '0077', 'NoNewPrivs:\t0']);
  const { out: cmdline } = await once('words', ['cat', '-u', '', '/proc/self/cmdline']);
  expect(cmdline).toBe('cat\0-u\0\0/proc/self/cmdline\0');
});

shows(['ProcCwdAbs', 'ProcArgsOneEntryRequired'], 'what process cannot do without', async () => {
  expect(await refusal('process.cwd', 'tmp')).toContain('"process.cwd"');
  expect(await refusal('process.cwd')).toContain('"process.cwd"');
  expect(await refusal('process.args', [])).toContain('"process.args"');
  expect(await refusal('process.args')).toContain('"process.args"');
  expect(await refusal('process.args', [''])).toMatch(/ENOENT|"process.args/);
});

shows(['ProcArgsOneEntryRequired'], 'the program is found by the PATH of the process', async () => {
  const out = await prints('exec tool', ({ process }) => {
    const place = `${directory}/prints/rootfs/opt`;
    mkdirSync(place, { recursive: true });
    writeFileSync(`${place}/tool`, '#!/bin/sh\necho found $0\n', { mode: 0o755 });
    process!.env = ['PATH=/nosuch:/opt:/bin'];
    process!.args = ['tool'];
  });
  expect(out).toEqual(['found /opt/tool']);
});

shows(['ProcConsoleSizeIgnore'], 'without a terminal the size of one is ignored', async () => {
  const out = await prints('tty; echo $?', ({ process }) => {
    process!.terminal = false;
    process!.consoleSize = { height: 77, width: 99 };
  });
  expect(out).toEqual(['not a tty', '1']);
});

shows(
  [
    'PosixProcRlimitsTypeGet',
    'PosixProcRlimitsSoftMatchCur',
    'PosixProcRlimitsHardMatchMax',
    'PosixProcRlimitsTypeValueError',
    'process_rlimits',
  ],
  'each limit of resources is as it was asked for',
  async () => {
    const names = {
      AS: 'Max address space',
      CORE: 'Max core file size',
      CPU: 'Max cpu time',
      DATA: 'Max data size',
      FSIZE: 'Max file size',
      LOCKS: 'Max file locks',
      MEMLOCK: 'Max locked memory',
      MSGQUEUE: 'Max msgqueue size',
      NICE: 'Max nice priority',
      NOFILE: 'Max open files',
      NPROC: 'Max processes',
      RSS: 'Max resident set',
      RTPRIO: 'Max realtime priority',
      RTTIME: 'Max realtime timeout',
      SIGPENDING: 'Max pending signals',
      STACK: 'Max stack size',
    };
    // Each its own, as far as the caller's hard limits let it.
    const ours = readFileSync('/proc/self/limits', 'utf8').split('\n');
    const hardLimit = (name: keyof typeof names) => {
      const [, , hard] = ours.find((line) => line.startsWith(`${names[name]} `))!.split(/ {2,}/);
      return hard === 'unlimited' ? 1 << 30 : Number(hard);
    };
    const limits = (Object.keys(names) as (keyof typeof names)[]).map((name, index) => {
      const hard = Math.max(0, hardLimit(name) - index);
      return { type: `RLIMIT_${name}`, soft: Math.max(0, hard - 1), hard };
    });
    const out = await prints('cat /proc/self/limits', ({ process }) => void (process!.rlimits = limits));
    for (const { type, soft, hard } of limits) {
      const name = names[type.slice('RLIMIT_'.length) as keyof typeof names];
      const line = out.find((one) => one.startsWith(`${name} `));
      expect(line?.split(/ {2,}/).slice(0, 3)).toEqual([name, `${soft}`, `${hard}`]);
    }
  },
);

shows(
  ['PosixProcRlimitsTypeGenError', 'PosixProcRlimitsErrorOnDup', 'process_rlimits_fail', 'ValidValues'],
  'limits that cannot be',
  async () => {
    const limit = (type: string) => ({ type, soft: 1024, hard: 1024 });
    for (const type of ['RLIMIT_TEST', 'NOFILE', 'rlimit_nofile', '', 'RLIMIT_'])
      expect(await refusal('process.rlimits', [limit(type)])).toContain('"process.rlimits');
    const twice = [limit('RLIMIT_CORE'), limit('RLIMIT_CORE')];
    expect(await refusal('process.rlimits', twice)).toContain('"process.rlimits[1].type"');
  },
);

shows(['ValidValues'], 'a value of another kind is named by its place', async () => {
  const cases: Record<string, unknown> = {
    'process.user.uid': -1,
    'process.env[0]': 1,
    'process.terminal': 'yes',
    hostname: 'x'.repeat(65),
    'mounts[0].options': [{}],
    'linux.namespaces[0].type': 'pids',
    'linux.resources.pids.limit': 'many',
    'linux.rootfsPropagation': 'sideways',
    'linux.personality.domain': 'LINUX16',
  };
  for (const [place, value] of Object.entries(cases))
    expect([place, await refusal(place, value)]).toEqual([place, expect.stringContaining(`"${place}`)]);
});

shows(['hostname', 'default'], 'hostname and domainname', async () => {
  const out = await prints('hostname; cat /proc/sys/kernel/domainname', (spec) => {
    spec.hostname = 'hostname-specific';
    spec.domainname = 'example.org';
  });
  expect(out).toEqual(['hostname-specific', 'example.org']);
  expect(await refusal('linux.namespaces', [{ type: 'mount' }, { type: 'pid' }])).toContain('"hostname"');
});

shows(['process_capabilities', 'default'], 'the five sets are as they are listed', async () => {
  const all = { KILL: 5, NET_BIND_SERVICE: 10, CHOWN: 0, AUDIT_WRITE: 29 };
  const set = (...names: (keyof typeof all)[]) => names.map((name) => `CAP_${name}`);
  const mask = (...names: (keyof typeof all)[]) =>
    names
      .reduce((bits, name) => bits | (1n << BigInt(all[name])), 0n)
      .toString(16)
      .padStart(16, '0');
  const out = await prints('grep ^Cap /proc/self/status', ({ process }) => {
    process!.user = { uid: 1, gid: 1 };
    process!.capabilities = {
      bounding: set('KILL', 'CHOWN', 'NET_BIND_SERVICE', 'AUDIT_WRITE'),
      permitted: set('KILL', 'CHOWN', 'NET_BIND_SERVICE'),
      effective: set('KILL', 'CHOWN', 'NET_BIND_SERVICE'),
      inheritable: set('KILL', 'CHOWN'),
      ambient: set('KILL', 'CHOWN'),
    };
  });
  // Through execve(2) of a program without capabilities of its own only the ambient ones stay.
  const kept = mask('KILL', 'CHOWN');
  expect(out.map((line) => line.split('\t')[1]!)).toEqual([
    kept,
    kept,
    kept,
    mask('KILL', 'CHOWN', 'NET_BIND_SERVICE', 'AUDIT_WRITE'),
    kept,
  ]);
});

shows(
  ['LinuxProcCapError', 'process_capabilities_fail'],
  'a capability that is none is left out, and that is said',
  async () => {
    for (const name of ['CAP_TEST', 'CAP_NOSUCH']) {
      const { code, out, err } = await once('odd', ['echo', 'ran'], ({ process }) => {
        for (const set of ['bounding', 'effective', 'permitted'] as const) process!.capabilities![set]!.push(name);
      });
      expect({ name, code, out, err }).toEqual({
        name,
        code: 0,
        out: 'ran\n',
        err: expect.stringContaining('level=warning'),
      });
    }
    for (const name of ['TEST_CAP', 'cap_kill', '', 'KILL'])
      expect(await refusal('process.capabilities', { bounding: [name] })).toContain(
        '"process.capabilities.bounding[0]"',
      );
  },
);

shows(
  ['LinuxProcOomScoreAdjSet', 'LinuxProcOomScoreAdjNotSet', 'process_oom_score_adj'],
  'oomScoreAdj is set, or the caller’s',
  async () => {
    const script = 'cat /proc/self/oom_score_adj';
    expect(await prints(script, ({ process }) => void (process!.oomScoreAdj = 100))).toEqual(['100']);
    expect(await prints(script, ({ process }) => void (process!.oomScoreAdj = 1000))).toEqual(['1000']);
    const own = readFileSync('/proc/self/oom_score_adj', 'utf8').trim();
    expect(await prints(script)).toEqual([own]);
    for (const score of [1001, -1001, 0.5])
      expect(await refusal('process.oomScoreAdj', score)).toContain('"process.oomScoreAdj"');
  },
);
