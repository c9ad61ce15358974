import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { until } from '../cli/until.ts';
import { child, cleanup, container, host, outcome, run, Scratch, started, supervised } from './native-harness.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.drop());

test('a container from a plan: namespaces, an overlay, its output and its exit code', async () => {
  const script = 'hostname; echo $$; echo kept > /etc/new; cat /proc/self/mountinfo | head -n 1; echo oops >&2; exit 7';
  const { control, monitor } = run(container(scratch, ['/bin/sh', '-c', script]));
  started(control);
  const { stdout, stderr, exit } = control.rest();
  const lines = stdout.toString().split('\n');
  expect(lines.slice(0, 2)).toEqual(['lab', '1']);
  expect(lines[2]).toContain(' / / rw');
  expect(lines[2]).toContain('overlay');
  expect(stderr.toString()).toBe('oops\n');
  expect(exit).toBe('7 0 0');
  expect(await monitor.exited).toBe(0);
  expect(scratch.text('upper/etc/new')).toBe('kept\n');
  expect(existsSync(scratch.file('lower/etc/new'))).toBe(false);
});

test('records: who started, and how it ended, under their names at once', async () => {
  const before = Date.now() / 1000;
  const { control, monitor } = run(supervised(scratch, 'exit 3'));
  const [pid, startTime] = control.frame().text.split(' ');
  expect(control.rest().exit).toBe('3 0 0');
  await monitor.exited;
  const words = scratch.text('start').trimEnd().split(' ');
  expect(words.slice(0, 4)).toEqual(['boot', pid!, startTime!, String(monitor.pid)]);
  expect(Number(words[4])).toBeLessThanOrEqual(Number(startTime));
  const [code, signal, oom, time] = scratch.text('exit').split(' ');
  expect([code, signal, oom]).toEqual(['3', '0', '0']);
  expect(time).toMatch(/^\d+\.\d{9}\n$/);
  expect(Number(time)).toBeWithin(before - 1, before + 60);
  expect(readdirSync(scratch.path).sort()).toEqual(['exit', 'log', 'start']);
});

test('a signal through a frame ends the process and is told as 128+n', async () => {
  const { control, monitor } = run(supervised(scratch, 'echo up; exec sleep 1000'));
  started(control);
  control.until('up\n');
  control.send(19, '9');
  expect(control.rest().exit).toBe('137 9 0');
  expect(scratch.text('exit').startsWith('137 9 0 ')).toBe(true);
  await monitor.exited;
});

test('SIGTERM to the monitor goes to the process', async () => {
  const { control, monitor } = run(
    supervised(scratch, 'trap "echo told; exit 9" TERM; echo up; while :; do sleep 0.01; done'),
  );
  started(control);
  control.until('up\n');
  monitor.kill('SIGTERM');
  const { stdout, exit } = control.rest();
  expect(stdout.toString()).toBe('told\n');
  expect(exit).toBe('9 0 0');
  await monitor.exited;
});

test('PID 1 holds 0, 1, 2 and no other descriptor; its monitor runs from a sealed memory file', async () => {
  const { control, monitor } = run(container(scratch, ['/bin/sh', '-c', 'echo up; read line']));
  const pid = started(control);
  control.until('up\n');
  expect(readdirSync(`/proc/${pid}/fd`).sort()).toEqual(['0', '1', '2']);
  expect(readlinkSync(`/proc/${monitor.pid}/exe`)).toBe('/memfd:limpid (deleted)');
  expect(() => Bun.write(`/proc/${monitor.pid}/exe`, 'x')).toThrow();
  expect(readFileSync(`/proc/${monitor.pid}/comm`, 'utf8')).toBe('limpid-monitor\n');
  // Its own session: what ends the caller's terminal does not end it.
  const session = readFileSync(`/proc/${monitor.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[3];
  expect(session).toBe(String(monitor.pid));
  control.send(17);
  expect(control.rest().exit).toBe('1 0 0');
  await monitor.exited;
});

test('clean-up runs in order after the exit record, past failures', async () => {
  mkdirSync(scratch.file('tree/a/b'), { recursive: true });
  const after = [
    cleanup({ op: 'unlink', at: -1, path: scratch.file('missing'), missingOk: false }),
    cleanup({ op: 'remove', at: -1, path: scratch.file('tree') }),
    cleanup({ op: 'remove', at: -1, path: scratch.file('tree') }),
    cleanup({ op: 'spawn', path: '/bin/touch', argv: ['touch', scratch.file('spawned')], env: [] }),
  ];
  const { control, monitor } = run(supervised(scratch, 'true', { after }));
  started(control);
  control.rest();
  await monitor.exited;
  expect(existsSync(scratch.file('tree'))).toBe(false);
  // It is not waited for by the monitor, so the test must.
  await until('the spawned one', () => existsSync(scratch.file('spawned')));
});

test('a plan without supervise ends with done, one with a clone after its process', async () => {
  const made = await outcome([host({ op: 'mkdir', at: -1, path: scratch.file('made'), mode: 0o1751, existOk: false })]);
  expect(made).toEqual({ type: 6, text: '' });
  expect(statSync(scratch.file('made')).mode & 0o7777).toBe(0o1751);
  const cloned = await outcome([
    host({ op: 'clone', flags: 0, cgroup: -1, pidfd: -1, proc: -1, user: -1 }),
    child({ op: 'exec', candidates: ['/bin/busybox'], argv: ['sh', '-c', 'kill -6 $$'], env: [] }),
  ]);
  expect(cloned).toEqual({ type: 6, text: '134 6' });
});

test('the container runs on when the one who asked for it is gone', async () => {
  const script = `until [ -e ${scratch.file('go')} ]; do sleep 0.01; done; echo late; exit 4`;
  const { control, monitor } = run(supervised(scratch, script));
  control.close();
  await Bun.write(scratch.file('go'), '');
  expect(await monitor.exited).toBe(0);
  expect(scratch.text('exit').startsWith('4 0 0 ')).toBe(true);
  expect(scratch.text('log')).toMatch(/^\S+ stdout F late\n$/);
});

test('LIMPID_TRACE tells when each host operation was through', async () => {
  const { control, monitor } = run(supervised(scratch, 'true'), { LIMPID_TRACE: '1' });
  const { type, text } = control.frame();
  expect(type).toBe(7);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  expect(lines.map(([, what]) => what)).toEqual([
    'plan',
    'stdio',
    'log',
    'listen',
    'record_exit',
    'clone',
    'record_start',
    'exec',
  ]);
  const times = lines.map(([time]) => Number(time));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  control.rest();
  await monitor.exited;
});

test("the monitor's private memory is below 300 kB, also with clients and a busy log", async () => {
  const { control, monitor } = run(supervised(scratch, 'seq 20000; echo end; exec sleep 1000'));
  started(control);
  control.until('end\n');
  const rollup = readFileSync(`/proc/${monitor.pid}/smaps_rollup`, 'utf8');
  const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].map(([, number]) => Number(number));
  expect(kilobytes).toHaveLength(2);
  if (!Bun.env['LIMPID_EXECUTOR']) expect(kilobytes[0]! + kilobytes[1]!).toBeLessThan(300);
  control.send(19, '9');
  control.rest();
  await monitor.exited;
});
