/** Nothing but 0, 1 and 2 is open in what runs inside, whatever the caller had open. */
import { afterAll, expect, test } from 'bun:test';
import { closeSync, openSync, readlinkSync } from 'node:fs';
import { list, text } from '../faults/fault-world.ts';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';
import { until } from '../cli/until.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
afterAll(async () => {
  await attack.limpid(['rm', '-a', '-f']);
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

const open = (pid: string | number): string[] => list(`/proc/${pid}/fd`).toSorted();

/** Host pids of a container's processes that run this program. */
async function pids(name: string, program: string): Promise<string[]> {
  const all = (await attack.must('top', name, 'hpid', 'args')).split('\n').slice(1);
  return all.filter((line) => line.includes(program)).map((line) => line.trim().split(/\s+/)[0]!);
}

for (const options of [[], ['-i'], ['-t'], ['-i', '-t'], ['--init'], ['--read-only']]) {
  test(`PID 1 of run ${options.join(' ')}`, async () => {
    await attack.must('run', '-d', '--name', 'lab', ...options, 'builtin:busybox', 'sleep', '1000');
    expect(open(await attack.must('inspect', '--format', '{{.State.Pid}}', 'lab'))).toEqual(['0', '1', '2']);
    await attack.must('rm', '-f', 'lab');
  });
}

test('exec', async () => {
  await attack.must('run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
  for (const [index, options] of [[], ['-i'], ['--privileged'], ['-u', '1000']].entries()) {
    const program = `sleep 99${index}`;
    await attack.must('exec', '-d', ...options, 'lab', ...program.split(' '));
    const [pid] = await until('the process', async () => {
      const found = await pids('lab', program);
      return found.length === 1 && found;
    });
    expect(open(pid!)).toEqual(['0', '1', '2']);
  }
  await attack.must('rm', '-f', 'lab');
});

/** A shell that has 3 to 9 open, without close-on-exec. */
const HOLDING = ['sh', '-c', 'exec "$@" 3</ 4</etc/shadow 5</dev/null 6</proc 7</sys 8</etc 9</tmp', 'sh'];

test('what the caller has open stays with the caller', async () => {
  const held = [openSync('/', 'r'), openSync('/etc/passwd', 'r')];
  // The first ones by the program, the others by what was kept for the launcher.
  for (let turn = 0; turn < 4; turn++) {
    expect(
      (await attack.limpid(['run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000'], HOLDING)).code,
    ).toBe(0);
    const pid = await attack.must('inspect', '--format', '{{.State.Pid}}', 'lab');
    expect([turn, ...open(pid)]).toEqual([turn, '0', '1', '2']);
    const monitor = await attack.must('inspect', '--format', '{{.State.MonitorPid}}', 'lab');
    for (const fd of open(monitor))
      expect([turn, readlinkSync(`/proc/${monitor}/fd/${fd}`)]).not.toEqual([
        turn,
        expect.stringMatching(/^\/$|shadow/),
      ]);
    const { out } = await attack.limpid(['exec', 'lab', 'sh', '-c', 'ls /proc/self/fd'], HOLDING);
    // The last one is the directory that is being listed.
    expect([turn, out]).toEqual([turn, '0\n1\n2\n3\n']);
    await attack.must('rm', '-f', 'lab');
  }
  held.forEach(closeSync);
});

/** A shell that has none of 0, 1 and 2 open. */
const CLOSED = ['sh', '-c', 'exec "$@" <&- >&- 2>&-', 'sh'];
const opened = (pid: string | number) => open(pid).map((fd) => `${fd} ${readlinkSync(`/proc/${pid}/fd/${fd}`)}`);
const NOTHING = ['0 /dev/null', '1 /dev/null', '2 /dev/null'];

test('without 0, 1 and 2, nothing of the engine takes their place', async () => {
  // The first ones by the program, the others by what was kept for the launcher.
  for (let turn = 0; turn < 4; turn++) {
    await attack.limpid(['run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000'], CLOSED);
    const pid = await attack.must('inspect', '--format', '{{.State.Pid}}', 'lab');
    expect([turn, open(pid), readlinkSync(`/proc/${pid}/fd/0`)]).toEqual([turn, ['0', '1', '2'], '/dev/null']);
    await attack.limpid(['exec', 'lab', 'sh', '-c', 'ls -l /proc/self/fd >/fds'], CLOSED);
    const fds = await attack.must('exec', 'lab', 'cat', '/fds');
    expect([turn, ...fds.matchAll(/\d -> .*/g)].map(String)).toEqual([
      `${turn}`,
      '0 -> /dev/null',
      '1 -> /fds',
      expect.stringMatching(/^2 -> (?:\/dev\/null|pipe:\[\d+\])$/),
    ]);
    await attack.must('rm', '-f', 'lab');
  }
});

test('limpid-runtime: PID 1 and what is executed beside it', async () => {
  const path = runtime.bundle('lab', ['sleep', '1000']);
  expect((await runtime.runWith({ through: HOLDING }, 'create', '--bundle', path, 'lab')).code).toBe(0);
  const { pid } = await runtime.state('lab');
  // While it waits it holds /proc and the socket at which it does, and nothing of the caller.
  for (const fd of open(pid))
    expect(readlinkSync(`/proc/${pid}/fd/${fd}`)).not.toMatch(/^\/$|shadow|^\/(?:sys|etc|tmp)$/);
  await runtime.runWith({ through: HOLDING }, 'start', 'lab');
  expect(open(pid)).toEqual(['0', '1', '2']);
  const file = `${runtime.directory}/exec.pid`;
  for (const options of [[], ['--user', '1000'], ['--no-new-privs']]) {
    const words = ['exec', '--detach', '--pid-file', file, ...options, 'lab', 'sleep', '999'];
    expect((await runtime.runWith({ through: HOLDING }, ...words)).code).toBe(0);
    expect(open(text(file))).toEqual(['0', '1', '2']);
  }
  await runtime.says('delete', '--force', 'lab');
});

test('limpid-runtime: without 0, 1 and 2', async () => {
  const file = `${runtime.directory}/closed.pid`;
  const path = runtime.bundle('closed', ['sleep', '1000']);
  const run = ['run', '--detach', '--pid-file', file, '--bundle', path, 'closed'];
  expect((await runtime.runWith({ through: CLOSED }, ...run)).code).toBe(0);
  expect(opened(text(file))).toEqual(NOTHING);
  // The first by the program, the others by what it has left for the launcher.
  for (let turn = 0; turn < 3; turn++) {
    const words = ['exec', '--detach', '--pid-file', file, 'closed', 'sleep', '999'];
    expect((await runtime.runWith({ through: CLOSED }, ...words)).code).toBe(0);
    expect([turn, ...opened(text(file))]).toEqual([turn, ...NOTHING]);
  }
  await runtime.says('delete', '--force', 'closed');
});

test('limpid-runtime: hooks', async () => {
  const list = (name: string) => ({
    path: '/bin/sh',
    args: ['sh', '-c', `cd /proc/self/fd && echo ${name} * >>$LOG`],
    env: ['PATH=/bin', `LOG=${runtime.directory}/log`],
  });
  const path = runtime.bundle('hooked', ['true'], (spec) => {
    spec.mounts!.push({
      destination: runtime.directory,
      type: 'bind',
      source: runtime.directory,
      options: ['bind'],
    });
    spec.hooks = {
      createRuntime: [list('createRuntime')],
      createContainer: [list('createContainer')],
      startContainer: [list('startContainer')],
      poststart: [list('poststart')],
      poststop: [list('poststop')],
    };
  });
  await runtime.runWith({ through: HOLDING }, 'create', '--bundle', path, 'hooked');
  await runtime.runWith({ through: HOLDING }, 'start', 'hooked');
  await runtime.runWith({ through: HOLDING }, 'delete', '--force', 'hooked');
  // The last one is the directory that is being listed.
  const wanted = ['createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'];
  expect(text(`${runtime.directory}/log`).trimEnd().split('\n')).toEqual(wanted.map((name) => `${name} 0 1 2 3`));
});
