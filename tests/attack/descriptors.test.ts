/** Nothing but 0, 1 and 2 is open in what runs inside, whatever the caller had open. */
import { afterAll, expect, test } from 'bun:test';
import { closeSync, openSync, readlinkSync } from 'node:fs';
import { ended, list, text, until } from '../faults/fault-world.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
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

test('what the caller has open stays with the caller', async () => {
  const held = [openSync('/', 'r'), openSync('/etc/passwd', 'r')];
  // A shell that has 5, 7 and 9 open, without close-on-exec.
  const words = attack.command('run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
  await ended(['sh', '-c', 'exec "$@" 5</ 7</etc/shadow 9>/dev/null', 'sh', ...words]);
  const pid = await attack.must('inspect', '--format', '{{.State.Pid}}', 'lab');
  expect(open(pid)).toEqual(['0', '1', '2']);
  const monitor = await attack.must('inspect', '--format', '{{.State.MonitorPid}}', 'lab');
  for (const fd of open(monitor)) expect(readlinkSync(`/proc/${monitor}/fd/${fd}`)).not.toMatch(/^\/$|shadow/);
  held.forEach(closeSync);
  await attack.must('rm', '-f', 'lab');
});

test('without 0, 1 and 2, nothing of the engine takes their place', async () => {
  const words = attack.command('run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
  await ended(['sh', '-c', 'exec "$@" <&- >&- 2>&-', 'sh', ...words]);
  const pid = await attack.must('inspect', '--format', '{{.State.Pid}}', 'lab');
  expect(open(pid)).toEqual(['0', '1', '2']);
  expect(readlinkSync(`/proc/${pid}/fd/0`)).toBe('/dev/null');
  expect(text(`/proc/${pid}/fdinfo/0`)).not.toBe('');
  await attack.must('rm', '-f', 'lab');
});
