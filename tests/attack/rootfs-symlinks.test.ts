/** CVE-2019-19921, CVE-2021-30465 and their like: an image whose own symlinks stand where the engine mounts or writes. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ended, mountsBelow } from '../faults/fault-world.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const outside = `${attack.path}/outside`;
const PLACES = [
  'dev',
  'dev/shm',
  'dev/pts',
  'proc',
  'proc/sys',
  'sys',
  'sys/fs',
  'etc',
  'etc/hosts',
  'etc/resolv.conf',
  'run',
  'target',
  'a/b/target',
];
const KINDS: Record<string, (place: string) => string> = {
  'an absolute link': () => outside,
  'a relative link': (place) => `${'../'.repeat(place.split('/').length + 12)}${outside.slice(1)}`,
  'a link to its own': (place) => place.split('/').at(-1)!,
  'a link to the root': () => '/',
  'a link through /proc': () => `/proc/1/root${outside}`,
};
let before: string;

/** Everything about what is outside: names, kinds, sizes, times. */
async function picture(): Promise<string> {
  return (await ended(['find', outside, '-printf', '%p %y %s %T@ %m %U\n'])).out;
}

beforeAll(async () => {
  for (const name of ['shm', 'pts', 'fs', 'sys', 'b']) mkdirSync(`${outside}/${name}`, { recursive: true });
  for (const name of ['hosts', 'resolv.conf', 'target', 'null']) writeFileSync(`${outside}/${name}`, 'untouched\n');
  before = await picture();
});
afterAll(async () => {
  await attack.limpid(['rm', '-a', '-f']);
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

for (const [kind, target] of Object.entries(KINDS)) {
  test(
    kind,
    async () => {
      for (const place of PLACES) {
        const rootfs = attack.rootfs('hostile');
        mkdirSync(dirname(`${rootfs}/${place}`), { recursive: true });
        symlinkSync(target(place), `${rootfs}/${place}`);
        const options = [
          '--rm',
          '-v',
          `${attack.path}/wrapper-source:/target`,
          '--tmpfs',
          '/a/b/target/deep',
          '--rootfs',
          rootfs,
        ];
        writeFileSync(`${attack.path}/wrapper-source`, '');
        const { code, err } = await attack.limpid([
          'run',
          ...options,
          '/bin/sh',
          '-c',
          'echo changed >/target; echo changed >/etc/hosts; echo changed >/dev/null; exit 9',
        ]);
        // It runs, confined to its root, or it cannot start.
        expect([place, 9, 125, 126, 127]).toContain(code);
        if (code !== 9) expect([place, err]).toEqual([place, expect.stringMatching(/^Error: cannot [^\n]+\n$/)]);
        expect([place, await picture()]).toEqual([place, before]);
        expect([place, ...mountsBelow(attack.path)]).toEqual([place]);
        rmSync(rootfs, { recursive: true });
      }
    },
    120_000,
  );
}
