import { afterEach, describe, expect, test } from 'bun:test';
import { BUSYBOX, privateWorld } from './limpid.ts';
import { until } from './until.ts';

const { says, limpid, begin, onTerminal } = privateWorld();
// What a failed test leaves is not to fail the next.
afterEach(() => limpid('rm', '-f', '-a', '-t', '0'));
const CTRL_C = '\x03';
const DETACH = '\x10\x11';
// Behind its prompt ash asks the terminal where the cursor is.
const PROMPT = /# (?:\S\[6n)?$/;

describe('run -it', () => {
  test('is a real terminal: size, resize, ^C, exit code', async () => {
    const shell = onTerminal('run', '--rm', '-it', '--memory=128m', '--cpus=0.5', BUSYBOX, 'sh');
    await shell.sees(PROMPT);
    expect(shell.isRaw).toBe(true);
    shell.types('tty; stty size\n');
    await shell.sees('/dev/pts/0\r\n24 80\r\n');
    shell.resize(132, 50);
    shell.types('stty size\n');
    await shell.sees('50 132\r\n');
    // The job speaks itself: before it has the terminal, ^C would be for the shell.
    shell.types(`sh -c "echo run''ning; sleep 1000"\n`);
    await shell.sees('running\r\n');
    shell.types(CTRL_C);
    await shell.sees(PROMPT);
    shell.types('exit 7\n');
    expect(await shell.exited).toBe(7);
    expect(shell.isRaw).toBe(false);
    expect(await says('ps', '-aq')).toBe('');
  });

  test('a program inside is told of a resize', async () => {
    const script = 'trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.01; done';
    const program = onTerminal('run', '--rm', '-it', BUSYBOX, 'sh', '-c', script);
    await program.sees('ready');
    program.resize(100, 30);
    await program.sees('30 100\r\n');
    expect(await program.exited).toBe(0);
  });

  test('^P^Q detaches and leaves it running; attach joins it again', async () => {
    const shell = onTerminal('run', '-it', '--name', 'sitting', BUSYBOX, 'sh');
    await shell.sees(PROMPT);
    shell.types('kept=here\n');
    await shell.sees(PROMPT);
    shell.types(DETACH);
    expect(await shell.exited).toBe(0);
    expect(shell.isRaw).toBe(false);
    expect(await says('ps', '--format', '{{.Names}} {{.State}}')).toBe('sitting running');

    const again = onTerminal('attach', 'sitting');
    again.types('echo $kept\n');
    await again.sees('here\r\n');
    again.types('exit 4\n');
    expect(await again.exited).toBe(4);
    expect(await says('wait', 'sitting')).toBe('4');
    await says('rm', 'sitting');
  });

  test('--detach-keys: other keys, or none', async () => {
    const shell = onTerminal('run', '-it', '--name', 'keys', '--detach-keys', 'ctrl-a,x', BUSYBOX, 'cat');
    await until('the terminal to be raw', () => shell.isRaw);
    // What detaches elsewhere is passed on here, and comes back twice: as echo, and from the program.
    shell.types(`${DETACH}word\n`);
    await shell.sees(/word\r\n.*word\r\n/s);
    shell.types('\x01x');
    expect(await shell.exited).toBe(0);
    expect(await says('ps', '--format', '{{.Names}} {{.State}}')).toBe('keys running');
    await says('rm', '-f', '-t', '0', 'keys');
  });

  test('without a terminal here, -t is one inside all the same', async () => {
    const { code, out } = await limpid('run', '--rm', '-t', BUSYBOX, 'sh', '-c', 'tty; echo 1; echo 2 >&2');
    expect([code, out]).toEqual([0, '/dev/pts/0\r\n1\r\n2\r\n']);
  });
});

describe('exec -it', () => {
  test('has a terminal of its own', async () => {
    await says('run', '-d', '--name', 'host', BUSYBOX, 'sleep', 'infinity');
    const shell = onTerminal('exec', '-it', 'host', 'sh');
    await shell.sees(PROMPT);
    shell.types('tty; stty size; ps | grep -c sleep\n');
    await shell.sees(/\/dev\/pts\/\d\r\n24 80\r\n/);
    shell.resize(91, 31);
    shell.types('stty size\n');
    await shell.sees('31 91\r\n');
    shell.types('exit 3\n');
    expect(await shell.exited).toBe(3);
    await says('rm', '-f', '-t', '0', 'host');
  });
});

describe('attach', () => {
  test('two clients see the same output, and both may type', async () => {
    await says('run', '-dit', '--name', 'shared', BUSYBOX, 'cat');
    const [one, two] = [onTerminal('attach', 'shared'), onTerminal('attach', 'shared')];
    await until('both to be there', () => one.isRaw && two.isRaw);
    one.types('from one\n');
    await Promise.all([one.sees('from one\r\nfrom one\r\n'), two.sees('from one\r\nfrom one\r\n')]);
    two.types('from two\n');
    await Promise.all([one.sees('from two\r\nfrom two\r\n'), two.sees('from two\r\nfrom two\r\n')]);
    one.types(DETACH);
    expect(await one.exited).toBe(0);
    two.types('still\n');
    await two.sees('still\r\nstill\r\n');
    two.types('\x04');
    expect(await two.exited).toBe(0);
    await says('rm', 'shared');
  });

  test('without a terminal: output since now, then the exit code', async () => {
    await says(
      'run',
      '-di',
      '--name',
      'plain',
      BUSYBOX,
      'sh',
      '-c',
      'read line; echo "got $line"; echo err >&2; exit 5',
    );
    const client = begin('attach', 'plain');
    client.stdin.write('words\n');
    client.stdin.end();
    expect(await client.exited).toBe(5);
    expect([await client.stdout.text(), await client.stderr.text()]).toEqual(['got words\n', 'err\n']);
    await says('rm', 'plain');
  });

  test('--no-stdin only listens', async () => {
    await says('run', '-di', '--name', 'deaf', BUSYBOX, 'sh', '-c', 'while read line; do echo "got $line"; done');
    const [listener, speaker] = [begin('attach', '--no-stdin', 'deaf'), begin('attach', 'deaf')];
    listener.stdin.write('ignored\n');
    listener.stdin.end();
    const heard = outputOf(listener);
    await until('the listener to hear', () => {
      speaker.stdin.write('word\n');
      return heard().length > 0;
    });
    speaker.stdin.end();
    expect([await speaker.exited, await listener.exited]).toEqual([0, 0]);
    await heard.toTheEnd;
    expect(new Set(heard().trimEnd().split('\n'))).toEqual(new Set(['got word']));
    await says('rm', 'deaf');
  });
});

/** What a program has printed up to now. */
function outputOf(program: Bun.Subprocess<'pipe', 'pipe', 'pipe'>): (() => string) & { toTheEnd: Promise<void> } {
  let text = '';
  const reader = program.stdout.getReader();
  const follow = async (): Promise<void> => {
    for (let part = await reader.read(); !part.done; part = await reader.read())
      text += new TextDecoder().decode(part.value);
  };
  return Object.assign(() => text, { toTheEnd: follow() });
}
