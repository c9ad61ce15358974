import { describe, expect, test } from 'bun:test';
import { BUSYBOX, finish, privateWorld } from './limpid.ts';

const { directory, program, says, limpid, limpidWith, begin, globals } = privateWorld();

describe('run in the foreground', () => {
  test('stdout and stderr stay apart, and the exit code is its own', async () => {
    const script = 'echo out; echo err >&2; exit 42';
    expect(await limpid('run', '--rm', BUSYBOX, 'sh', '-c', script)).toEqual({ code: 42, out: 'out\n', err: 'err\n' });
  });

  test('128+n on a signal', async () => {
    // The kernel drops what the first process of a pid namespace sends itself: here it is not the first.
    const words = ['run', '--rm', '--pid=host', BUSYBOX, 'sh', '-c', 'kill -USR1 $$; sleep 100'];
    expect((await limpid(...words)).code).toBe(128 + 10);
  });

  test('-i passes stdin on, megabytes of it, and its end', async () => {
    const input = 'line of input\n'.repeat(300_000);
    const { code, out } = await limpidWith({ input }, 'run', '--rm', '-i', BUSYBOX, 'cat');
    expect([code, out.length, out === input]).toEqual([0, input.length, true]);
  });

  test('detach keys in what is no terminal are data, each time', async () => {
    const input = 'before \x10\x11 behind';
    const through = async (...words: string[]) => (await limpidWith({ input }, ...words)).out;
    await says('run', '-d', '--name', 'keys', BUSYBOX, 'sleep', 'infinity');
    for (let time = 0; time < 3; time++) {
      expect(await through('run', '--rm', '-i', BUSYBOX, 'cat')).toBe(input);
      expect(await through('exec', '-i', 'keys', 'cat')).toBe(input);
    }
    await says('create', '-i', '--name', 'later', BUSYBOX, 'cat');
    expect(await through('start', '-ai', 'later')).toBe(input);
    await says('rm', '-f', '-t', '0', 'keys', 'later');
  });
  test('without -i stdin is empty', async () => {
    const { code, out } = await limpidWith({ input: 'not for it' }, 'run', '--rm', BUSYBOX, 'cat');
    expect([code, out]).toEqual([0, '']);
  });

  test('10 MB of output into a slow pipe: nothing is lost', async () => {
    const pipe = `"$@" | (read first; sleep 0.1; wc -c)`;
    const words = ['run', '--rm', '--network=none', BUSYBOX, 'sh', '-c', 'echo; head -c 10000000 /dev/zero'];
    const { out } = await finish(['sh', '-c', pipe, 'sh', program, ...globals, ...words]);
    expect(out).toBe('10000000\n');
  });

  test('--attach stderr: only that', async () => {
    const { out, err } = await limpid('run', '--rm', '-a', 'stderr', BUSYBOX, 'sh', '-c', 'echo out; echo err >&2');
    expect([out, err]).toEqual(['', 'err\n']);
  });

  test('a signal to the command reaches the process', async () => {
    const command = begin(
      'run',
      '--rm',
      BUSYBOX,
      'sh',
      '-c',
      'trap "echo asked; exit 9" TERM; echo ready; while :; do sleep 0.05; done',
    );
    const reader = command.stdout.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('ready\n');
    command.kill('SIGTERM');
    expect(await command.exited).toBe(9);
    expect(await says('ps', '-aq')).toBe('');
  });

  test('output appended to a file leaves what was there', async () => {
    const script = '{ echo before; "$@"; echo after; } >"$0"; cat "$0"';
    const file = `${directory}/appended`;
    const { out } = await finish([
      'sh',
      '-c',
      script,
      file,
      program,
      ...globals,
      'run',
      '--rm',
      '--network=none',
      BUSYBOX,
      'echo',
      'between',
    ]);
    expect(out).toBe('before\nbetween\nafter\n');
  });
});
