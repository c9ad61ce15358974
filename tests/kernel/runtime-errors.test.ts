/**
 * What bad input gets from the runtime, whatever is wrong: one line on stderr, the same as a line of JSON in the log,
 * exit code 1, and nothing left behind.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cgroupDirectories } from '../../kernel/cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import { until } from '../cli/until.ts';
import { mountsBelow } from '../faults/fault-world.ts';
import { runtimeScope } from './runtime-bundle.ts';
import { kill } from '../kill.ts';

const { bundle, directory, root, run, runWith, says, state } = runtimeScope();
const cgroups = gatherFacts().cgroup;
const log = `${directory}/log.json`;

/** Runs what has to fail with this message, and expects all that goes with it. */
async function expectFailure(
  message: string,
  words: readonly string[],
  mayStay: readonly string[] = [],
): Promise<void> {
  rmSync(log, { force: true });
  const before = readdirSync(root);
  const { code, out, err } = await run('--log', log, '--log-format', 'json', ...words);
  expect({ code, out, err }).toEqual({ code: 1, out: '', err: `${message}\n` });
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 'error', msg: message, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
  ]);
  expect(readdirSync(root).filter((name) => !mayStay.includes(name))).toEqual(
    before.filter((name) => !mayStay.includes(name)),
  );
  expect(mountsBelow(directory)).toEqual([]);
}

/** The same of a bundle, with a look at its cgroup. */
async function expectRefusal(message: string, change: (spec: RuntimeSpec) => void, verb = 'create'): Promise<void> {
  const path = bundle('bad', ['true'], change);
  const { linux } = JSON.parse(readFileSync(`${path}/config.json`, 'utf8'));
  await expectFailure(message, [verb, '--bundle', path, '--pid-file', `${directory}/bad.pid`, 'bad']);
  expect(existsSync(`${directory}/bad.pid`)).toBe(false);
  rmSync(`${directory}/bad.pid`, { force: true });
  if (linux?.cgroupsPath?.startsWith('/limpid-runtime-test'))
    expect(cgroupDirectories(cgroups, linux.cgroupsPath).filter((one) => existsSync(one))).toEqual([]);
}

describe('the bundle', () => {
  const hint = '(hint: a bundle is a directory with a config.json in it: see --bundle)';

  test('is missing, or is none', async () => {
    await expectFailure(`cannot read "${directory}/nosuch/config.json": no such file or directory ${hint}`, [
      ...['create', '--bundle', `${directory}/nosuch`, 'bad'],
    ]);
    mkdirSync(`${directory}/empty`);
    await expectFailure(`cannot read "${directory}/empty/config.json": no such file or directory ${hint}`, [
      ...['run', '--bundle', `${directory}/empty`, 'bad'],
    ]);
  });

  const texts: Record<string, string | RegExp> = {
    '': 'cannot use the runtime spec: it is no JSON: JSON Parse error: Unexpected EOF',
    '{"ociVersion":': 'cannot use the runtime spec: it is no JSON: JSON Parse error: Unexpected EOF',
    '[]': 'cannot use the runtime spec: a list is not an object',
    null: 'cannot use the runtime spec: null is not an object',
    '{}': 'cannot use "ociVersion" of the runtime spec: it is missing',
  };
  for (const [text, message] of Object.entries(texts))
    test(`holds ${JSON.stringify(text)}`, async () => {
      const path = bundle('bad', ['true']);
      writeFileSync(`${path}/config.json`, text);
      await expectFailure(String(message), ['create', '--bundle', path, 'bad']);
    });

  test('has a config.json that is no file, or that is not ours to read', async () => {
    const path = bundle('odd', ['true']);
    rmSync(`${path}/config.json`);
    mkdirSync(`${path}/config.json`);
    const { code, err } = await run('create', '--bundle', path, 'bad');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^cannot read [^\n]*EISDIR[^\n]*\n$/) });
    rmSync(`${path}/config.json`, { recursive: true });
    symlinkSync('config.json', `${path}/config.json`);
    expect((await run('create', '--bundle', path, 'bad')).err).toMatch(/^cannot read [^\n]*ELOOP[^\n]*\n$/);
  });

  test('has no root file system', async () => {
    const place = `"root.path" "${directory}/bad/nosuch" of the runtime spec`;
    await expectRefusal(
      `cannot use ${place}: no such file or directory`,
      ({ root: its }) => void (its!.path = 'nosuch'),
    );
    await expectRefusal(
      `cannot use "root.path" "${directory}/bad/config.json" of the runtime spec: it is a file, and no directory`,
      ({ root: its }) => void (its!.path = 'config.json'),
    );
  });
});

describe('the id', () => {
  test('is in use', async () => {
    await says('create', '--bundle', bundle('taken', ['true']), 'taken');
    await expectFailure('cannot create container "taken": container with given ID already exists', [
      ...['create', '--bundle', `${directory}/taken`, 'taken'],
    ]);
    expect((await state('taken')).status).toBe('created');
    await says('delete', 'taken');
  });

  for (const id of ['', '..', 'a/b', 'a b', '\u001b[31m'])
    test(`is ${JSON.stringify(id)}`, async () => {
      const said = JSON.stringify(id);
      await expectFailure(`cannot use container ID ${said}: invalid id format: letters, digits and _+-. are allowed`, [
        'create',
        '--bundle',
        bundle('bad', ['true']),
        id,
      ]);
    });
});

describe('a value', () => {
  const cases: Record<string, [message: string, change: (spec: RuntimeSpec) => void]> = {
    'of a future version': [
      'cannot use "ociVersion" of the runtime spec: 1.99.0 is newer than 1.3',
      (spec) => void (spec.ociVersion = '1.99.0'),
    ],
    'of process': [
      'cannot use "process.cwd" of the runtime spec: "tmp" is not an absolute path',
      ({ process }) => void (process!.cwd = 'tmp'),
    ],
    'of a mount': [
      'cannot mount "none" at "/x": ENODEV, this kernel has no file system "nosuchfs", for mounts[/x] (hint: try `modprobe nosuchfs`)',
      ({ mounts }) => void mounts!.push({ destination: '/x', type: 'nosuchfs', source: 'none' }),
    ],
    'of a mount that is bound': [
      'cannot bind "/nosuch" at "/x": ENOENT, the source "/nosuch" does not exist, for mounts[/x] (hint: create it first)',
      ({ mounts }) => void mounts!.push({ destination: '/x', type: 'bind', source: '/nosuch', options: ['bind'] }),
    ],
    'of linux': [
      'cannot use "linux.namespaces[6].type" of the runtime spec: "pid" is listed twice',
      ({ linux }) => void linux!.namespaces!.push({ type: 'pid' }),
    ],
    'of resources': [
      'cannot use "linux.resources.pids.limit" of the runtime spec: 1.5 is not a whole number',
      ({ linux }) => void (linux!.resources!.pids = { limit: 1.5 }),
    ],
    'with a terminal and nobody to have it': [
      'cannot use "process.terminal" of the runtime spec: cannot allocate tty if runtime will detach without setting console socket (hint: see --console-socket)',
      ({ process }) => void (process!.terminal = true),
    ],
    'of a program that is not there': [
      'cannot run "nosuch": ENOENT, executable file not found in the container: no such file or directory',
      ({ process }) => void (process!.args = ['nosuch']),
    ],
    'of a namespace that is gone': [
      'cannot open "/proc/1/ns/gone": ENOENT, no such file or directory, for linux.namespaces[ipc]',
      ({ linux }) => void (linux!.namespaces!.find(({ type }) => type === 'ipc')!.path = '/proc/1/ns/gone'),
    ],
    'of a listener that nobody is': [
      'cannot connect to "linux.seccomp.listenerPath" "/nosuch": nobody serves it',
      ({ linux }) => void (linux!.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/nosuch' }),
    ],
  };
  for (const [name, [message, change]] of Object.entries(cases))
    for (const verb of ['create', 'run'])
      if (verb === 'create' || !change.toString().includes('terminal'))
        test(`${name}: ${verb}`, () => expectRefusal(message, change, verb));
});

describe('a hook', () => {
  const hooks = (name: string, hook: object) => (spec: RuntimeSpec) => void (spec.hooks = { [name]: [hook] });

  for (const name of ['prestart', 'createRuntime', 'createContainer'])
    test(`of ${name} fails, is not there, or hangs`, async () => {
      await expectRefusal(
        `cannot run hook "/bin/false": ECANCELED, it ended with status 1, for hooks.${name}[0]`,
        hooks(name, { path: '/bin/false' }),
      );
      await expectRefusal(
        `cannot run hook "/nosuch": ENOENT, no such file or directory, for hooks.${name}[0]`,
        hooks(name, { path: '/nosuch' }),
      );
      await expectRefusal(
        `cannot run hook "/bin/sleep": ETIMEDOUT, its time is over, for hooks.${name}[0]`,
        hooks(name, { path: '/bin/sleep', args: ['sleep', '1000'], timeout: 1 }),
      );
    });

  test('of startContainer fails: the start does, and run leaves nothing', async () => {
    const failing = hooks('startContainer', { path: '/bin/false' });
    const message = 'cannot run hook "/bin/false": ECANCELED, it ended with status 1, for hooks.startContainer[0]';
    await expectRefusal(message, failing, 'run');
    await says('create', '--bundle', bundle('late', ['true'], failing), 'late');
    await expectFailure(message, ['start', 'late'], ['late']);
    expect((await state('late')).status).toBe('stopped');
    await says('delete', 'late');
  });
});

describe('a console socket', () => {
  const terminal = ({ process }: RuntimeSpec) => void (process!.terminal = true);

  test('that is not there, that nobody serves, or that is none', async () => {
    const path = bundle('bad', ['true'], terminal);
    writeFileSync(`${directory}/file`, '');
    // The socket of one that died while it waited to be started.
    await says('create', '--bundle', bundle('dead', ['true']), 'dead');
    kill((await state('dead')).pid);
    await until('its end', async () => (await state('dead')).status === 'stopped');
    symlinkSync(`${root}/dead/start.sock`, `${directory}/abandoned`);
    for (const socket of ['nosuch', 'file', 'abandoned'])
      await expectFailure(`cannot connect to console socket "${directory}/${socket}": nobody serves it`, [
        ...['create', '--bundle', path, '--console-socket', `${directory}/${socket}`, 'bad'],
      ]);
    await says('delete', 'dead');
  });

  test('without a terminal', async () => {
    await expectFailure(
      'cannot use --console-socket: cannot use console socket if runtime will not detach or allocate tty',
      [...['create', '--bundle', bundle('bad', ['true']), '--console-socket', '/nosuch', 'bad']],
    );
  });
});

describe('exec', () => {
  beforeAll(() => says('run', '--detach', '--bundle', bundle('lab', ['sleep', '1000']), 'lab'));
  afterAll(() => says('delete', '--force', 'lab'));

  const cases: Record<string, [message: string, ...words: string[]]> = {
    'a container that is not there': [
      'cannot find container "nobody": container does not exist',
      ...['exec', 'nobody', 'true'],
    ],
    'a program that is not there': [
      'cannot run "nosuch": ENOENT, executable file not found in the container: no such file or directory',
      ...['exec', 'lab', 'nosuch'],
    ],
    'a process that is not there': [
      'cannot read "/nosuch.json": no such file or directory',
      ...['exec', '--process', '/nosuch.json', 'lab'],
    ],
    'no command': [
      'cannot use "limpid-runtime exec": there is no command (hint: give one, or --process FILE)',
      ...['exec', 'lab'],
    ],
    'a terminal without a socket': [
      'cannot open a terminal: cannot allocate tty if runtime will detach without setting console socket (hint: see --console-socket)',
      ...['exec', '--tty', '--detach', 'lab', 'true'],
    ],
    'a cgroup outside': [
      'cannot join cgroup "../x": it leads out of the container',
      ...['exec', '--cgroup', '../x', 'lab', 'true'],
    ],
    'descriptors that are not open': [
      'cannot use --preserve-fds: descriptor 3 is not open',
      ...['exec', '--preserve-fds', '1', 'lab', 'true'],
    ],
  };
  for (const [name, [message, ...words]] of Object.entries(cases))
    test(name, async () => {
      await expectFailure(message, words);
      expect(JSON.parse(await says('ps', '--format', 'json', 'lab'))).toHaveLength(1);
    });

  test('labels where the kernel has none', async () => {
    const { code, err } = await run('exec', '--process-label', 'system_u:system_r:svirt_lxc_net_t:s0', 'lab', 'true');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('process.selinuxLabel') });
    expect((await run('exec', '--apparmor', 'nosuch', 'lab', 'true')).err).toContain('process.apparmorProfile');
    expect(JSON.parse(await says('ps', '--format', 'json', 'lab'))).toHaveLength(1);
  });
});

describe('the log', () => {
  test('is text unless asked, and is appended to', async () => {
    rmSync(log, { force: true });
    for (const id of ['one', 'two']) await run('--log', log, 'state', id);
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/^time="[^"]+" /, ''))).toEqual([
      'level=error msg="cannot find container \\"one\\": container does not exist"',
      'level=error msg="cannot find container \\"two\\": container does not exist"',
    ]);
  });

  test('that cannot be written keeps nobody from hearing', async () => {
    const { code, err } = await run('--log', '/nosuch/log', 'state', 'nobody');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('cannot') });
  });

  test('has no control characters of strangers in it', async () => {
    rmSync(log, { force: true });
    const evil = '\u001b]0;owned\u0007\n\u009b31m';
    const { err } = await runWith(
      {},
      '--log',
      log,
      '--log-format',
      'json',
      'create',
      '--bundle',
      bundle('bad', [`/${evil}`]),
      'bad',
    );
    expect(err.slice(0, -1)).not.toMatch(/\p{Cc}/u);
    expect(readFileSync(log, 'utf8').trimEnd().split('\n')).toHaveLength(1);
  });
});
