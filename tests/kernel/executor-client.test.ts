import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { closeSync, existsSync } from 'node:fs';
import { Connection, container, EXECUTOR, run, Scratch, socketPair, started, supervised } from './native-harness.ts';

const TERMINAL = 1;
const INPUT = 2;
const FORWARD = 4;
const SUBSCRIBE = 8;
const SHOW = 16 | 32;
const ICANON_ECHO_ISIG = 2 | 8 | 1;

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.drop());

function client(fd: number, flags: number) {
  const child = Bun.spawn([EXECUTOR, 'client', '3', String(flags), ''], { stdio: ['pipe', 'pipe', 'pipe', fd] });
  closeSync(fd);
  return child;
}

/** A client whose monitor is the test. */
function alone(flags: number) {
  const [ours, theirs] = socketPair();
  return { monitor: new Connection(ours), child: client(theirs, flags) };
}

describe('between pipes', () => {
  test('stdout and stderr apart, and the exit code', async () => {
    const { monitor, child } = alone(SHOW);
    for (const [type, text] of [
      [1, 'out'],
      [2, 'err'],
      [99, 'unknown'],
      [1, ' more\n'],
      [5, '42 0 0'],
    ] as const)
      monitor.send(type, text);
    expect([await child.stdout.text(), await child.stderr.text(), await child.exited]).toEqual([
      'out more\n',
      'err',
      42,
    ]);
    monitor.close();
  });

  test('shows only what it is asked to show, and subscribes to no more', async () => {
    const { monitor, child } = alone(SUBSCRIBE | 32);
    expect(monitor.frame()).toEqual({ type: 20, text: '2' });
    for (const [type, text] of [
      [1, 'out'],
      [2, 'err'],
      [5, '0 0 0'],
    ] as const)
      monitor.send(type, text);
    expect([await child.stdout.text(), await child.stderr.text(), await child.exited]).toEqual(['', 'err', 0]);
    monitor.close();
  });

  test('a connection that breaks is 125', async () => {
    const { monitor, child } = alone(SHOW);
    monitor.send(1, 'half');
    monitor.close();
    expect([await child.stdout.text(), await child.exited]).toEqual(['half', 125]);
  });

  test('stdin ends with its own frame, and no more is under way than may be', async () => {
    const { monitor, child } = alone(INPUT);
    child.stdin.write(new Uint8Array(100_000));
    void child.stdin.end();
    let got = 0;
    while (got < 32_768) got += monitor.read()!.payload.length;
    expect(got).toBe(32_768);
    expect(monitor.readable(50)).toBe(false);
    monitor.send(8, '1000');
    expect(monitor.read()).toMatchObject({ type: 16, payload: Buffer.alloc(1000) });
    expect(monitor.readable(50)).toBe(false);
    monitor.send(8, '32768');
    while (got < 98_000 - 1000) {
      const { payload } = monitor.read()!;
      got += payload.length;
      monitor.send(8, String(payload.length));
    }
    for (let frame = monitor.frame(); frame.type !== 17; frame = monitor.frame()) got += frame.text.length;
    expect(got).toBe(99_000);
    monitor.send(5, '0 0 0');
    expect(await child.exited).toBe(0);
    monitor.close();
  });

  test('forwards signals and stays; without being told to, dies of them', async () => {
    const { monitor, child } = alone(FORWARD | SHOW | SUBSCRIBE);
    monitor.frame();
    for (const [name, number] of [
      ['SIGINT', 2],
      ['SIGTERM', 15],
      ['SIGUSR1', 10],
      ['SIGTSTP', 20],
    ] as const) {
      child.kill(name);
      expect(monitor.frame()).toEqual({ type: 19, text: String(number) });
    }
    monitor.send(5, '143 15 0');
    expect(await child.exited).toBe(143);
    monitor.close();
    const other = alone(SHOW | SUBSCRIBE);
    other.monitor.frame();
    other.child.kill('SIGTERM');
    await other.child.exited;
    expect(other.child.signalCode).toBe('SIGTERM');
    other.monitor.close();
  });

  test('its stdout closed, it ends of SIGPIPE', async () => {
    const { monitor, child } = alone(SHOW);
    await child.stdout.cancel();
    // Bun closes its end of the pipe when it likes, and what is written before that goes into the pipe.
    const gone = child.exited.then(() => true);
    for (let isGone = false; !isGone; isGone = await Promise.race([gone, Bun.sleep(20).then(() => false)])) {
      try {
        monitor.send(1, 'x'.repeat(1000));
      } catch (error) {
        // It is gone already, and Bun has yet to hear of it.
        expect((error as { code?: string }).code).toBe('EPIPE');
      }
    }
    expect(child.signalCode).toBe('SIGPIPE');
    monitor.close();
  });

  test('10 MB through a container and back, through two clients at once', async () => {
    const { control, monitor } = run(supervised(scratch, 'cat', { stdin: true }));
    started(control);
    const watcher = Connection.attach(scratch.file('socket'), 7);
    // What it types is told as taken, so by then it has subscribed.
    watcher.send(16, 'x');
    expect(watcher.frame()).toEqual({ type: 8, text: '1' });
    const watching = client(watcher.fd, SHOW);
    const feeding = client(control.fd, INPUT | SHOW);
    const bytes = crypto.getRandomValues(new Uint8Array(50_000));
    const hash = new Bun.CryptoHasher('sha256').update('x');
    for (let i = 0; i < 200; i++) {
      bytes[i] = i;
      hash.update(bytes);
      feeding.stdin.write(bytes.slice());
    }
    void feeding.stdin.end();
    const sha256 = (output: Uint8Array) => [
      output.byteLength,
      new Bun.CryptoHasher('sha256').update(output).digest('hex'),
    ];
    const [fed, watched] = await Promise.all([feeding.stdout.bytes(), watching.stdout.bytes()]);
    const all = [10_000_001, hash.digest('hex')];
    expect([sha256(fed), sha256(watched)]).toEqual([all, all]);
    expect([await feeding.exited, await watching.exited, await monitor.exited]).toEqual([0, 0, 0]);
  });
});

/** What a terminal shows, to be waited for. */
class Screen {
  text = '';
  #wanted: { text: string; found: () => void } | undefined;
  readonly terminal = new Bun.Terminal({
    cols: 80,
    rows: 24,
    data: (_, bytes) => {
      this.text += new TextDecoder().decode(bytes);
      if (this.#wanted !== undefined && this.text.includes(this.#wanted.text)) this.#wanted.found();
    },
  });

  async until(text: string): Promise<void> {
    if (!this.text.includes(text)) await new Promise<void>((found) => (this.#wanted = { text, found }));
    this.text = this.text.slice(this.text.indexOf(text) + text.length);
  }

  client(fd: number, flags: number, detach = '') {
    const child = Bun.spawn([EXECUTOR, 'client', '3', String(flags), detach], {
      terminal: this.terminal,
      stdio: ['inherit', 'inherit', 'inherit', fd],
    });
    closeSync(fd);
    return child;
  }

  get cooked(): boolean {
    return (this.terminal.localFlags & ICANON_ECHO_ISIG) === ICANON_ECHO_ISIG;
  }
}

describe('on a terminal', () => {
  const SHELL = ['/bin/sh', '-c', 'stty size; while read line; do echo "[$line]"; stty size; done; exit 5'];
  const FLAGS = TERMINAL | INPUT | SHOW;
  let screen: Screen;
  beforeEach(() => {
    screen = new Screen();
  });
  afterEach(() => screen.terminal.close());

  test('raw while it runs and as before behind it; typing, size and resize get through', async () => {
    const { control, monitor } = run(container(scratch, SHELL, { rows: 50, columns: 100 }));
    started(control);
    control.until('50 100\r\n');
    expect(screen.cooked).toBe(true);
    const child = screen.client(control.fd, FLAGS);
    screen.terminal.write('hello\r');
    await screen.until('[hello]\r\n24 80\r\n');
    expect(screen.cooked).toBe(false);
    screen.terminal.resize(132, 43);
    // The terminal is not this process's controlling one, so the kernel does not tell it.
    child.kill('SIGWINCH');
    screen.terminal.write('\r');
    await screen.until('[]\r\n43 132\r\n');
    screen.terminal.write('\x04');
    expect(await child.exited).toBe(5);
    expect(screen.cooked).toBe(true);
    await monitor.exited;
  });

  test('what was typed behind a new size meets that size', async () => {
    const { control, monitor } = run(container(scratch, SHELL, { rows: 50, columns: 100 }));
    started(control);
    control.until('50 100\r\n');
    const child = screen.client(control.fd, FLAGS);
    screen.terminal.write('hello\r');
    await screen.until('[hello]\r\n24 80\r\n');
    // Which of the two it meets first is up to the kernel, each time.
    for (let columns = 100; columns < 150; columns++) {
      screen.terminal.resize(columns, 43);
      child.kill('SIGWINCH');
      screen.terminal.write('\r');
      await screen.until(`[]\r\n43 ${columns}\r\n`);
    }
    screen.terminal.write('\x04');
    expect(await child.exited).toBe(5);
    await monitor.exited;
  });

  test('detach keys, typed one by one, leave the container running', async () => {
    const { control, monitor } = run(container(scratch, SHELL, { rows: 24, columns: 80 }));
    const pid = started(control);
    const child = screen.client(control.fd, FLAGS, '16,17');
    await screen.until('24 80\r\n');
    screen.terminal.write('a\x10');
    screen.terminal.write('b\r');
    // The first of the keys alone is passed on, only later.
    await screen.until('[a\x10b]\r\n');
    screen.terminal.write('\x10');
    screen.terminal.write('\x11');
    expect(await child.exited).toBe(0);
    expect(screen.cooked).toBe(true);
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    const again = Connection.attach(scratch.file('socket'), 7);
    again.send(16, '\x04');
    expect(again.rest().exit).toBe('5 0 0');
    await monitor.exited;
  });

  test('detach keys that begin like themselves', async () => {
    const [ours, theirs] = socketPair();
    const monitor = new Connection(ours);
    const child = screen.client(theirs, FLAGS, '97,97,98');
    monitor.frame();
    screen.terminal.write('xaaab');
    expect(await child.exited).toBe(0);
    let typed = '';
    for (let frame = monitor.read(); frame !== undefined; frame = monitor.read()) typed += frame.payload.toString();
    expect(typed).toBe('xa');
    monitor.close();
  });

  test('a signal that ends it restores the terminal first', async () => {
    const [ours, theirs] = socketPair();
    const monitor = new Connection(ours);
    const child = screen.client(theirs, FLAGS);
    expect(monitor.frame()).toEqual({ type: 18, text: '24 80' });
    expect(screen.cooked).toBe(false);
    child.kill('SIGTERM');
    await child.exited;
    expect(child.signalCode).toBe('SIGTERM');
    expect(screen.cooked).toBe(true);
    monitor.close();
  });
});
