/** The same `exec` again: by a kept plan, until anything that it depends on is another. */
import { beforeAll, expect, test } from 'bun:test';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { limpid, limpidWith, says } = privateWorld();

beforeAll(() => says('run', '-d', '--name', 'lab', BUSYBOX, 'sleep', 'infinity'));

async function goesKept(...words: string[]): Promise<boolean> {
  return (await limpidWith({ env: { LIMPID_TRACE: '1' } }, ...words)).err.includes('kept plan found');
}

async function settle(...words: string[]): Promise<void> {
  for (let time = 0; time < 2; time++) expect((await limpid(...words)).code).toBe(0);
  expect(await goesKept(...words)).toBe(true);
}

test('streams and exit codes are as ever, in a process of its own', async () => {
  const words = ['exec', '-i', '-e', 'A=é', 'lab', 'sh', '-c', 'cat; echo $A >&2; exit 9'];
  for (let time = 0; time < 3; time++) {
    expect(await limpidWith({ input: 'in\n' }, ...words)).toEqual({ code: 9, out: 'in\n', err: 'é\n' });
  }
  const shown = new Set<string>();
  for (let time = 0; time < 4; time++)
    shown.add(await says('exec', 'lab', 'sh', '-c', 'echo $$; cat /proc/self/cgroup | wc -l'));
  expect(shown.size).toBe(4);
});

test('is one command for each container, whatever it is called', async () => {
  const words = ['exec', 'lab', 'hostname'];
  await settle(...words);
  const before = await says(...words);
  await says('rename', 'lab', 'other');
  await says('run', '-d', '--name', 'lab', BUSYBOX, 'sleep', 'infinity');
  const now = await says(...words);
  expect(now).not.toBe(before);
  expect(now).toBe(await says('inspect', '--format', '{{.Config.Hostname}}', 'lab'));
});

test('what was kept for one container is for each that is made alike, by its name and by its id', async () => {
  const words = ['sh', '-c', 'hostname; cat /proc/1/comm'];
  const ids: string[] = [];
  for (const name of ['one', 'two', 'three'])
    ids.push(await says('run', '-d', '--name', name, '--label', 'alike', BUSYBOX, 'sleep', 'infinity'));
  await settle('exec', 'one', ...words);
  for (const [name, id] of [
    ['two', ids[1]!],
    [ids[2]!, ids[2]!],
  ] as const) {
    expect(await goesKept('exec', name, ...words)).toBe(true);
    expect(await says('exec', name, ...words)).toBe(`${id.slice(0, 12)}\nsleep`);
  }
  // The start of an id may be another one's too.
  expect(await goesKept('exec', ids[2]!.slice(0, 12), ...words)).toBe(false);
  await says('run', '-d', '--name', 'four', '--label', 'other', BUSYBOX, 'sleep', 'infinity');
  expect(await goesKept('exec', 'four', ...words)).toBe(false);
  await says('rm', '-f', 'one', 'two', 'three', 'four');
});

test('a directory that hides the users below is seen', async () => {
  const words = ['exec', '--user', 'nobody', 'lab', 'id', '-u'];
  await says('exec', 'lab', 'touch', '/etc/mark');
  await settle(...words);
  const upper = await says('inspect', '--format', '{{.GraphDriver.Data.UpperDir}}', 'lab');
  await Bun.$`setfattr -n trusted.overlay.opaque -v y ${upper}/etc`;
  try {
    expect((await limpid(...words)).err).toContain('"nobody"');
  } finally {
    await Bun.$`setfattr -x trusted.overlay.opaque ${upper}/etc`;
  }
  expect(await goesKept(...words)).toBe(true);
});

test('users that the container makes are found, and those that it takes away are not', async () => {
  const words = ['exec', '--user', 'newcomer', 'lab', 'id', '-u'];
  await says('exec', 'lab', 'sh', '-c', 'echo newcomer:x:4242:4242::/:/bin/sh >> /etc/passwd');
  await settle(...words);
  await says('exec', 'lab', 'sed', '-i', 's/4242/4243/', '/etc/passwd');
  expect(await says(...words)).toBe('4243');
  await says('exec', 'lab', 'sed', '-i', '/newcomer/d', '/etc/passwd');
  expect((await limpid(...words)).code).toBe(125);
});

test('after a restart it is another process that is entered', async () => {
  const words = ['exec', 'lab', 'sh', '-c', 'echo mark > /dev/shm/mark; ls /dev/shm'];
  await settle(...words);
  await says('restart', '-t', '0', 'lab');
  expect(await says(...words)).toBe('mark');
  expect(await says('exec', 'lab', 'ls', '/dev/shm')).toBe('mark');
});

test('a paused, a stopped and a removed container refuse as ever', async () => {
  const words = ['exec', 'lab', 'true'];
  await settle(...words);
  await says('pause', 'lab');
  expect((await limpid(...words)).err).toStartWith('Error: cannot run a command in container "lab": it is paused');
  await says('unpause', 'lab');
  await says('stop', '-t', '0', 'lab');
  expect((await limpid(...words)).err).toStartWith('Error: cannot run a command in container "lab": ');
  await says('rm', 'lab');
  expect((await limpid(...words)).err).toStartWith('Error: cannot find container "lab": ');
});
