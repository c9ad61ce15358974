/** CVE-2024-21626: a working directory that leads through a descriptor of the runtime back to the host. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { symlinkSync } from 'node:fs';
import { LimpidError } from '../../base/error.ts';
import { execInContainer } from '../../engine/containers/exec.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const PLACES = Array.from({ length: 62 }, (_, index) => `/proc/self/fd/${index + 3}`);
const FURTHER = [
  '/proc/self/root',
  '/proc/1/root',
  '/proc/self/cwd',
  '/proc/thread-self/fd/5',
  '/proc/self/fd/../fd/7/../..',
];
let rootfs: string;

beforeAll(() => {
  rootfs = attack.rootfs('hostile');
  for (const [index, place] of PLACES.entries()) symlinkSync(place, `${rootfs}/link-${index}`);
});
afterAll(async () => {
  await attack.limpid(['rm', '-a', '-f']);
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

/** The error's code, or `started`. */
async function outcome(act: Promise<unknown>): Promise<string> {
  return act.then(
    () => 'started',
    (error: unknown) => (error instanceof LimpidError ? `${error.errno}` : String(error)),
  );
}

const REFUSED = ['ELOOP', 'ENOENT', 'ENOTDIR', 'EACCES'];

test('run', async () => {
  for (const workdir of [...PLACES, ...FURTHER])
    expect([workdir, ...REFUSED]).toContain(await outcome(attack.start({ command: ['true'], workdir, name: 'never' })));
}, 120_000);

test('run, by a symlink in the image', async () => {
  for (const index of PLACES.keys()) {
    const request = { image: rootfs, command: ['/bin/true'], workdir: `/link-${index}`, name: 'never' };
    expect([index, ...REFUSED]).toContain(await outcome(attack.start(request)));
  }
}, 120_000);

test('exec', async () => {
  await attack.start({ image: rootfs, command: ['/bin/sleep', '1000'], name: 'lab' });
  const places = [...PLACES, ...FURTHER, ...PLACES.keys().map((index) => `/link-${index}`)];
  for (const workdir of places)
    expect([workdir, ...REFUSED]).toContain(
      await outcome(execInContainer(attack.world, 'lab', { command: ['/bin/true'], workdir })),
    );
}, 120_000);

test('one line for the user, and the exit code of a failed start', async () => {
  const { code, err } = await attack.limpid(['run', '--rm', '-w', '/proc/self/fd/7', 'builtin:busybox', 'true']);
  expect(err).toMatch(/^Error: cannot [^\n]*"\/proc\/self\/fd\/7"[^\n]*\n$/);
  expect([125, 126, 127]).toContain(code);
});
