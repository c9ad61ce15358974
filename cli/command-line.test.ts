import { expect, test } from 'bun:test';
import { runCommandLine } from './command-line.ts';

async function run(...words: string[]) {
  const printed = { out: '', err: '' };
  const output = {
    out: (text: string) => void (printed.out += text),
    err: (text: string) => void (printed.err += text),
  };
  return { code: await runCommandLine(words, output), ...printed };
}

test.each([
  [['rnu'], 'cannot run "limpid rnu": there is no such command (hint: did you mean "limpid run"?)'],
  [
    ['container', 'prnue'],
    'cannot run "limpid container prnue": there is no such command (hint: did you mean "limpid container prune"?)',
  ],
  [['container'], 'cannot run "limpid container": a command is missing (hint: see "limpid container --help")'],
  [['xyzzy'], 'cannot run "limpid xyzzy": there is no such command (hint: see "limpid --help")'],
  [['container prune'], 'cannot run "limpid container prune": there is no such command (hint: see "limpid --help")'],
  [['toString'], 'cannot run "limpid toString": there is no such command (hint: see "limpid --help")'],
  [['--rooot', 'x'], 'cannot use "--rooot": limpid has no such option (hint: did you mean "--root"?)'],
  [['--cgroup-manager=systemd', 'ps'], 'cannot use "systemd" for --cgroup-manager: must be one of "cgroupfs"'],
  [['run', '--memroy=1'], 'cannot use "--memroy": limpid run has no such option (hint: did you mean "--memory"?)'],
  [
    ['container', 'run', '-Z'],
    'cannot use "-Z": limpid container run has no such option (hint: see "limpid container run --help")',
  ],
  [['events'], 'cannot run "limpid events": nobody writes them down (hint: `limpid wait`, or `limpid ps`)'],
  [
    ['container', 'run', '--health-cmd=x', 'image'],
    'cannot use "--health-cmd": there are no health checks (hint: let the host ask: `limpid exec CONTAINER COMMAND`)',
  ],
  [['--storage-driver', 'vfs', 'ps'], 'cannot use "--storage-driver": overlay is the only storage driver'],
  [['run'], 'cannot run "limpid run": an image is missing (hint: see "limpid run --help")'],
  [
    ['rm'],
    'cannot run "limpid rm": a container is missing (hint: name one, or give --all, --latest, --cidfile, --filter)',
  ],
  [
    ['exec', 'lab'],
    'cannot run "limpid exec": a container, or a command for it, is missing (hint: name one, or give --latest)',
  ],
])('%p is a mistake of one line', async (words, message) => {
  expect(await run(...words)).toEqual({ code: 125, out: '', err: `Error: ${message}\n` });
});

test('help on all paths', async () => {
  const { out } = await run('help', 'run');
  expect(out).toStartWith('Run a command in a new container\n\nUsage:\n  limpid run [options] IMAGE');
  expect(await run('run', '--help')).toEqual({ code: 0, out, err: '' });
  expect(await run('container', 'run', '--rm', '--help')).toEqual({ code: 0, out, err: '' });
  expect(await run('help', 'container', 'run')).toEqual({ code: 0, out, err: '' });
  expect((await run()).code).toBe(125);
  expect((await run('--help')).out).toStartWith('Limpid: containers that you can see through');
  expect((await run('container', '--help')).out).toContain('\n  prune       Remove all containers that do not run\n');
});
