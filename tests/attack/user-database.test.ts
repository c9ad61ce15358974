/** /etc/passwd and /etc/group of an image are a stranger's: whatever stands there, it is not followed out or waited for. */
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { ended } from '../faults/fault-world.ts';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
let rootfs: string;

beforeEach(() => {
  rootfs = attack.rootfs('hostile');
  mkdirSync(`${rootfs}/etc`);
});
afterEach(() => rmSync(rootfs, { recursive: true }));
afterAll(async () => {
  await attack.limpid(['rm', '-a', '-f']);
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

const SECRET = `${attack.path}/secret`;
writeFileSync(SECRET, 'spy:x:4242:4242::/:/bin/sh\n');

const STRANGE: Record<string, (path: string) => unknown> = {
  'a FIFO': (path) => ended(['mkfifo', path]),
  'a device that never ends': (path) => ended(['mknod', path, 'c', '1', '5']),
  'a device that waits': (path) => ended(['mknod', path, 'c', '5', '0']),
  'a directory': (path) => mkdirSync(path),
  'a link to itself': (path) => symlinkSync(path.split('/').at(-1)!, path),
  'a link to the host': (path) => symlinkSync(SECRET, path),
  'a link through /proc': (path) => symlinkSync(`/proc/self/root${SECRET}`, path),
  'a link to our own input': (path) => symlinkSync('/proc/self/fd/0', path),
  'a gigabyte of nothing': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 1 << 30);
  },
  'a line without end': (path) => writeFileSync(path, `spy:x:${'4'.repeat(3 << 20)}`),
  'bytes that are no text': (path) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0, 0x3a, 0x3a, 0x0a, 0x80])),
};

const id = (user: string) =>
  attack.limpid(['run', '--rm', '--user', user, '--rootfs', rootfs, '/bin/cat', '/proc/self/status']);

for (const [name, place] of Object.entries(STRANGE)) {
  test(name, async () => {
    for (const file of ['passwd', 'group']) await place(`${rootfs}/etc/${file}`);
    const byName = await id('spy');
    expect(byName.err).toStartWith('Error: cannot find user "spy": ');
    expect(byName.code).toBe(125);
    expect((await id('0:spy')).err).toStartWith('Error: cannot find group "spy": ');
    const number = await id('1234');
    // Where the image's /etc/passwd cannot be mounted over, that is told; else the number works.
    if (number.code === 0) expect(number.out).toContain('\nUid:\t1234\t1234\t1234\t1234\n');
    else expect(number.err).toMatch(/^Error: cannot [^\n]+\n$/);
  });
}

test('limpid-runtime knows no names: it reads neither of them', async () => {
  for (const [name, place] of Object.entries(STRANGE)) {
    rmSync(`${runtime.directory}/strange`, { recursive: true, force: true });
    const path = runtime.bundle(
      'strange',
      ['sleep', '1000'],
      ({ process }) => void (process!.user = { uid: 1234, gid: 5 }),
    );
    rmSync(`${path}/rootfs/etc/passwd`);
    for (const file of ['passwd', 'group']) await place(`${path}/rootfs/etc/${file}`);
    await runtime.says('run', '--detach', '--bundle', path, 'strange');
    const words = ['exec', '--user', '7:8', 'strange', 'grep', '-E', '^[UG]id', '/proc/self/status', '/proc/1/status'];
    expect([name, (await runtime.says(...words)).replaceAll(/.*status:/g, '').split('\n')]).toEqual([
      name,
      ['Uid:\t7\t7\t7\t7', 'Gid:\t8\t8\t8\t8', 'Uid:\t1234\t1234\t1234\t1234', 'Gid:\t5\t5\t5\t5'],
    ]);
    await runtime.says('delete', '--force', 'strange');
  }
});
