/** A monitor that is killed takes the container's output and exit with it, and nothing else; every command says so. */
import { afterAll, afterEach, expect, test } from 'bun:test';
import { FaultWorld } from './fault-world.ts';
import { until } from '../cli/until.ts';
import { kill } from '../kill.ts';

const fault = new FaultWorld();

afterEach(async () => {
  await fault.limpid(['rm', '--all', '--force']);
  expect(await fault.finallyLeft()).toEqual([]);
});
afterAll(() => fault.drop());

interface Pids {
  readonly pid: number;
  readonly monitor: number;
}

/** A running container and its processes. */
async function pids(name: string): Promise<Pids> {
  const [pid, monitor] = (await fault.must('inspect', '--format', '{{.State.Pid}} {{.State.MonitorPid}}', name)).split(
    ' ',
  );
  return { pid: Number(pid), monitor: Number(monitor) };
}

const isGone = (pid: number) => () => !fault.processes().includes(pid);

async function unwatched(...options: readonly string[]): Promise<Pids> {
  await fault.must('run', '-d', '--name', 'lab', ...options, 'builtin:busybox', 'sleep', '1000');
  const found = await pids('lab');
  kill(found.monitor);
  await until('the death of the monitor', isGone(found.monitor));
  return found;
}

const stateOf = (fields: string) => fault.must('inspect', '--format', fields, 'lab');

test('ps and inspect show it running, and unwatched', async () => {
  const { monitor } = await unwatched();
  expect(await fault.must('ps', '--format', '{{.Status}}')).toMatch(/^Up .* \(unwatched\)$/);
  expect(await stateOf('{{.State.Status}} {{.State.Error}}')).toBe(
    `running its monitor (pid ${monitor}) was killed: its output is lost, and nobody will see its exit`,
  );
});

test('its exit is unknown, never 0', async () => {
  const { pid, monitor } = await unwatched();
  kill(pid);
  await until('the end of the container', isGone(pid));
  expect(await fault.must('ps', '-a', '--format', '{{.Status}} {{.ExitCode}}')).toBe('Exited (255) (unseen) 255');
  expect(await stateOf('{{.State.Status}} {{.State.ExitCode}} {{.State.Error}}')).toBe(
    `exited 255 its monitor (pid ${monitor}) was killed, so nobody saw the exit`,
  );
  expect((await fault.limpid(['wait', 'lab'])).out).toBe('255\n');
});

test('stop and rm -f work', async () => {
  await unwatched();
  expect(await fault.must('stop', '-t', '0', 'lab')).toBe('lab');
  expect(await stateOf('{{.State.Status}} {{.State.ExitCode}}')).toBe('exited 255');
  await fault.must('rm', 'lab');
  await unwatched();
  expect((await fault.limpid(['rm', 'lab'])).err).toContain('cannot remove container "lab": it is running');
  expect(await fault.must('rm', '-f', 'lab')).toBe('lab');
});

test('one that goes with its end stays, to be removed', async () => {
  const { pid } = await unwatched('--rm');
  kill(pid);
  await until('the end of the container', isGone(pid));
  expect(await fault.must('ps', '-a', '--format', '{{.Names}} {{.Status}}')).toBe('lab Exited (255) (unseen)');
  await fault.must('rm', 'lab');
});

test('start leaves the running one alone, and starts the dead one anew', async () => {
  const first = await unwatched('--ipc', 'shareable');
  await fault.must('start', 'lab');
  expect(await stateOf('{{.State.Pid}}')).toBe(`${first.pid}`);
  await fault.must('exec', 'lab', 'true');
  kill(first.pid);
  await until('the end of the container', isGone(first.pid));
  await fault.must('start', 'lab');
  const second = await pids('lab');
  expect(second.pid).not.toBe(first.pid);
  expect(await stateOf('{{.State.Status}} {{.State.Error}}')).toBe('running');
});

test('without a pid namespace of its own, nothing of it is left behind', async () => {
  await fault.must(
    'run',
    '-d',
    '--name',
    'lab',
    '--pid',
    'host',
    'builtin:busybox',
    'sh',
    '-c',
    'sleep 1000 & sleep 1000',
  );
  const { pid, monitor } = await pids('lab');
  await until('two processes', async () => (await fault.must('top', 'lab', 'pid')).split('\n').length >= 3);
  kill(monitor);
  kill(pid);
  await until('the end of both', () => isGone(pid)() && isGone(monitor)());
  await fault.must('rm', '-f', 'lab');
});

test('the command in the foreground says that the connection broke', async () => {
  const foreground = fault.limpid(['run', '--name', 'lab', 'builtin:busybox', 'sleep', '1000']);
  await until('the start', async () => (await fault.limpid(['ps', '-q'])).out !== '');
  kill((await pids('lab')).monitor);
  expect((await foreground).code).toBe(125);
});
