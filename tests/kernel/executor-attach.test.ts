import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, writeFileSync } from 'node:fs';
import { until } from '../cli/until.ts';
import { Connection, run, Scratch, started, supervised, container } from './native-harness.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.drop());

const sha256 = (bytes: Uint8Array) => new Bun.CryptoHasher('sha256').update(bytes).digest('hex');

/** `bytes` of lines that are all different, in a file for the container to print. */
function writeLines(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(65_536));
  const lines: string[] = [];
  for (let at = 0, size = 0; size < bytes; at++, size += lines.at(-1)!.length + 1)
    lines.push(
      `${at} ${Buffer.from(random.subarray((at * 7) % 60_000, ((at * 7) % 60_000) + (at % 60))).toString('hex')}`,
    );
  const text = `${lines.join('\n')}\n`;
  writeFileSync(scratch.file('data'), text);
  return text;
}

test('two clients and the control connection see the same output', async () => {
  const { control, monitor } = run(supervised(scratch, 'read go; echo out; echo err >&2; exit 5', { stdin: true }));
  started(control);
  const clients = [Connection.attach(scratch.file('socket'), 7), Connection.attach(scratch.file('socket'), 2)];
  // A resize is answered by nothing; the subscriptions before it are in force once a third client's stdin is taken.
  const typist = Connection.attach(scratch.file('socket'), 0);
  for (const client of clients) client.send(16, 'x');
  for (const client of clients) expect(client.frame()).toEqual({ type: 8, text: '1' });
  typist.send(16, '\n');
  const [first, second] = clients.map((client) => client.rest());
  const ours = control.rest();
  expect([first!.stdout, first!.stderr, first!.exit].map(String)).toEqual(['out\n', 'err\n', '5 0 0']);
  expect([second!.stdout, second!.stderr, second!.exit].map(String)).toEqual(['', 'err\n', '5 0 0']);
  expect([ours.stdout, ours.stderr, ours.exit].map(String)).toEqual(['out\n', 'err\n', '5 0 0']);
  expect(typist.rest().exit).toBe('5 0 0');
  await monitor.exited;
});

test('a slow client holds the output back and loses nothing of 10 MB', async () => {
  const text = writeLines(10_000_000);
  const { control, monitor } = run(
    supervised(scratch, `cat ${scratch.file('data')}; echo > ${scratch.file('through')}`),
  );
  started(control);
  // Nobody reads: the process cannot get to its end, as far as one can see in a fifth of a second.
  await Bun.sleep(200);
  expect(existsSync(scratch.file('through'))).toBe(false);
  const { stdout, exit } = control.rest();
  expect(sha256(stdout)).toBe(sha256(Buffer.from(text)));
  expect(exit).toBe('0 0 0');
  await monitor.exited;
});

/** What a k8s-file log says was written, parts of lines joined again. */
function unlogged(log: string): string {
  const lines = log
    .split('\n')
    .slice(0, -1)
    .map((line) => / stdout ([FP]) (.*)$/.exec(line)!);
  return lines.map(([, tag, text]) => (tag === 'F' ? `${text}\n` : text)).join('');
}

test('a client that goes away in the middle holds up nobody, and the log has everything', async () => {
  const text = writeLines(5_000_000);
  const { control, monitor } = run(supervised(scratch, `cat ${scratch.file('data')}`));
  started(control);
  const gone = Connection.attach(scratch.file('socket'), 7);
  control.frame();
  gone.close();
  control.close();
  expect(await monitor.exited).toBe(0);
  expect(unlogged(scratch.text('log')) === text).toBe(true);
});

test('nothing is lost at exit: 5 MB and an immediate end, log and clients complete', async () => {
  const text = writeLines(5_000_000);
  const { control, monitor } = run(supervised(scratch, `cat ${scratch.file('data')}; printf end`));
  started(control);
  const { stdout, exit } = control.rest();
  await monitor.exited;
  expect(sha256(stdout)).toBe(sha256(Buffer.from(`${text}end`)));
  expect(exit).toBe('0 0 0');
  expect(unlogged(scratch.text('log')) === `${text}end`).toBe(true);
});

test('what was written before the end reaches a client that reads only after it', async () => {
  const { control, monitor } = run(supervised(scratch, 'head -c 60000 /dev/zero; echo over >&2; exit 2'));
  started(control);
  await until('the exit record', () => existsSync(scratch.file('exit')));
  // The record is there and the socket is not, though this client has read nothing yet.
  expect(scratch.text('exit').startsWith('2 0 0 ')).toBe(true);
  const { stdout, stderr, exit } = control.rest();
  expect([stdout.length, stderr.toString(), exit]).toEqual([60_000, 'over\n', '2 0 0']);
  expect(existsSync(scratch.file('socket'))).toBe(false);
  await monitor.exited;
});

test('stdin: bytes arrive in order, are told as taken, and end where the client says so', async () => {
  const { control, monitor } = run(supervised(scratch, 'cat; echo end', { stdin: true }));
  started(control);
  const text = 'abc\n'.repeat(5000);
  control.send(16, text);
  let echoed = '';
  let taken = 0;
  while (echoed.length < text.length || taken < text.length) {
    const frame = control.frame();
    if (frame.type === 1) echoed += frame.text;
    if (frame.type === 8) taken += Number(frame.text);
  }
  expect(echoed).toBe(text);
  expect(taken).toBe(text.length);
  control.send(17);
  const { stdout, exit } = control.rest();
  expect(stdout.toString()).toBe('end\n');
  expect(exit).toBe('0 0 0');
  await monitor.exited;
});

test('a container that does not read its stdin holds up neither signals nor other clients', async () => {
  const { control, monitor } = run(
    supervised(scratch, 'trap "exit 6" USR1; echo up; while :; do sleep 0.01; done', { stdin: true }),
  );
  started(control);
  control.until('up\n');
  // Half of what may be under way stays in the pipe, the other half with the monitor.
  control.send(16, new Uint8Array(65_536));
  control.send(16, new Uint8Array(32_768));
  const other = Connection.attach(scratch.file('socket'), 7);
  control.send(19, '10');
  expect(control.rest().exit).toBe('6 0 0');
  expect(other.rest().exit).toBe('6 0 0');
  await monitor.exited;
});

test('a client that talks nonsense is hung up on; the others stay', async () => {
  const { control, monitor } = run(supervised(scratch, 'read line; echo got $line', { stdin: true }));
  started(control);
  for (const [type, payload] of [
    [20, 'x'],
    [19, '65'],
    [18, '1'],
    [18, `1 ${'9'.repeat(40)}`],
  ] as const) {
    const client = Connection.attach(scratch.file('socket'), 7);
    client.send(type, payload);
    expect(client.read()).toBeUndefined();
    client.close();
  }
  control.send(16, 'on\n');
  expect(control.rest().stdout.toString()).toBe('got on\n');
  await monitor.exited;
});

test('a 65th client waits for its turn', async () => {
  const { control, monitor } = run(supervised(scratch, 'read line', { stdin: true }));
  started(control);
  const clients = Array.from({ length: 70 }, () => Connection.attach(scratch.file('socket'), 7));
  control.send(16, '\n');
  expect(clients.slice(0, 63).map((client) => client.rest().exit)).toEqual(Array(63).fill('0 0 0'));
  for (const client of clients) client.close();
  control.close();
  await monitor.exited;
});

test('a terminal: its size, a resize, and all output on stdout', async () => {
  const script = 'stty size; read x; stty size; echo err >&2; readlink /proc/self/fd/0; ls -l /dev/console | head -c 1';
  const { control, monitor } = run(container(scratch, ['/bin/sh', '-c', script], { rows: 31, columns: 99 }));
  started(control);
  expect(control.until('99\r\n')).toBe('31 99\r\n');
  control.send(18, '40 120');
  control.send(16, 'x\r');
  const { stdout, stderr, exit } = control.rest();
  expect(stdout.toString()).toBe('x\r\n40 120\r\nerr\r\n/dev/pts/0\r\nc');
  expect(stderr.toString()).toBe('');
  expect(exit).toBe('0 0 0');
  await monitor.exited;
});

test('a terminal loses nothing at exit', async () => {
  const { control, monitor } = run(container(scratch, ['/bin/seq', '1', '20000'], { rows: 24, columns: 80 }));
  started(control);
  const { stdout } = control.rest();
  expect(stdout.toString()).toBe(`${Array.from({ length: 20_000 }, (_, i) => i + 1).join('\r\n')}\r\n`);
  await monitor.exited;
});

test('^C typed at a terminal reaches what runs in it', async () => {
  const script = 'trap "echo caught; exit 3" INT; echo up; while :; do sleep 0.01; done';
  const { control, monitor } = run(container(scratch, ['/bin/sh', '-c', script], { rows: 24, columns: 80 }));
  started(control);
  control.until('up\r\n');
  control.send(16, '\x03');
  const { stdout, exit } = control.rest();
  expect(stdout.toString()).toBe('^Ccaught\r\n');
  expect(exit).toBe('3 0 0');
  await monitor.exited;
});
