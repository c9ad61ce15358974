/** CVE-2024-21626: a working directory that leads through a descriptor of the runtime back to the host. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { existsSync, symlinkSync } from 'node:fs';
import { LimpidError } from '../../base/error.ts';
import { execInContainer } from '../../engine/containers/exec.ts';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
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
});

test('run, by a symlink in the image', async () => {
  for (const index of PLACES.keys()) {
    const request = { image: rootfs, command: ['/bin/true'], workdir: `/link-${index}`, name: 'never' };
    expect([index, ...REFUSED]).toContain(await outcome(attack.start(request)));
  }
});

test('exec', async () => {
  await attack.start({ image: rootfs, command: ['/bin/sleep', '1000'], name: 'lab' });
  const places = [...PLACES, ...FURTHER, ...PLACES.keys().map((index) => `/link-${index}`)];
  for (const workdir of places)
    expect([workdir, ...REFUSED]).toContain(
      await outcome(execInContainer(attack.world, 'lab', { command: ['/bin/true'], workdir })),
    );
});

test('one line for the user, and the exit code of a failed start', async () => {
  const { code, err } = await attack.limpid(['run', '--rm', '-w', '/proc/self/fd/7', 'builtin:busybox', 'true']);
  expect(err).toMatch(/^Error: cannot [^\n]*"\/proc\/self\/fd\/7"[^\n]*\n$/);
  expect([125, 126, 127]).toContain(code);
});

/** A shell that holds directories of the host open, to start the runtime below. */
const HOLDING = ['sh', '-c', 'exec 3</ 4</etc 5</proc/self 7</sys/fs/cgroup 9</tmp; exec "$@"', 'sh'];
const COMPLAINT = 'cannot change to working directory';

test('limpid-runtime run', async () => {
  for (const [index, cwd] of [...PLACES, ...FURTHER].entries()) {
    const path = runtime.bundle('never', ['pwd'], ({ process }) => void (process!.cwd = cwd));
    const through = index % 2 === 0 ? HOLDING : [];
    const { code, out, err } = await runtime.runWith({ through }, 'run', '--bundle', path, 'never');
    expect({ cwd, code, out, err: err.slice(0, COMPLAINT.length) }).toEqual({ cwd, code: 1, out: '', err: COMPLAINT });
    expect(existsSync(`${runtime.root}/never`)).toBe(false);
  }
});

test('limpid-runtime exec', async () => {
  const path = runtime.bundle('lab', ['sleep', '1000']);
  await runtime.says('run', '--detach', '--bundle', path, 'lab');
  for (const [index, cwd] of [...PLACES, ...FURTHER].entries()) {
    const through = index % 2 === 0 ? HOLDING : [];
    const { code, out, err } = await runtime.runWith({ through }, 'exec', '--cwd', cwd, 'lab', 'ls');
    expect({ cwd, code, out, err: err.slice(0, COMPLAINT.length) }).toEqual({ cwd, code: 1, out: '', err: COMPLAINT });
  }
  await runtime.says('delete', '--force', 'lab');
});
