/** CVE-2019-19921, CVE-2021-30465 and their like: an image whose own symlinks stand where the engine mounts or writes. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ended, mountsBelow } from '../faults/fault-world.ts';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
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
const SCRIPT = 'echo changed >/target; echo changed >/etc/hosts; echo changed >/dev/null; exit 9';
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
      const codes = new Set<number>();
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
        const { code, err } = await attack.limpid(['run', ...options, '/bin/sh', '-c', SCRIPT]);
        // It runs, confined to its root, or it cannot start.
        expect([place, 9, 125, 126, 127]).toContain(code);
        codes.add(code);
        if (code !== 9) expect([place, err]).toEqual([place, expect.stringMatching(/^Error: cannot [^\n]+\n$/)]);
        expect([place, await picture()]).toEqual([place, before]);
        expect([place, ...mountsBelow(attack.path)]).toEqual([place]);
        rmSync(rootfs, { recursive: true });
      }
      expect(codes).toContain(9);
    },
    120_000,
  );
}

/** Where the runtime itself makes something, with the mounts of an engine, and with none but of /proc. */
const RUNTIME_PLACES = {
  'all mounts': PLACES,
  'no mounts of /dev and /sys': ['dev', 'dev/null', 'dev/console', 'dev/ptmx', 'dev/fd', 'dev/pts', 'sys', 'sys/fs'],
};

for (const [kind, target] of Object.entries(KINDS)) {
  for (const [mounts, places] of Object.entries(RUNTIME_PLACES)) {
    test(`limpid-runtime, ${mounts}: ${kind}`, async () => {
      const source = `${runtime.directory}/source`;
      writeFileSync(source, '');
      const codes = new Set<number>();
      for (const place of places) {
        const rootfs = `${runtime.directory}/hostile/rootfs`;
        rmSync(`${runtime.directory}/hostile`, { recursive: true, force: true });
        const { code, out, err } = await runtime.once('hostile', ['sh', '-c', SCRIPT], (spec) => {
          rmSync(`${rootfs}/${place}`, { recursive: true, force: true });
          mkdirSync(dirname(`${rootfs}/${place}`), { recursive: true });
          symlinkSync(target(place), `${rootfs}/${place}`);
          if (mounts !== 'all mounts') spec.mounts = spec.mounts!.filter((one) => one.destination === '/proc');
          for (const destination of ['/etc/hosts', '/target'])
            spec.mounts!.push({ destination, type: 'bind', source, options: ['bind'] });
          spec.mounts!.push({ destination: '/a/b/target/deep', type: 'tmpfs', source: 'tmpfs' });
          spec.linux!.maskedPaths!.push('/etc/masked', '/sys/fs/masked');
        });
        expect([place, 1, 9]).toContain(code);
        expect([place, out]).toEqual([place, '']);
        if (code === 1) expect([place, err]).toEqual([place, expect.stringMatching(/^cannot [^\n]+\n$/)]);
        expect([place, await picture()]).toEqual([place, before]);
        expect([place, ...mountsBelow(runtime.directory)]).toEqual([place]);
        expect([place, existsSync(`${runtime.root}/hostile`)]).toEqual([place, false]);
        codes.add(code);
      }
      expect(codes).toContain(9);
    }, 120_000);
  }
}

test('limpid-runtime exec: a terminal, and a program, where the image has links', async () => {
  const path = runtime.bundle('linked', ['sleep', '1000'], (spec) => {
    const rootfs = `${runtime.directory}/linked/rootfs`;
    symlinkSync(`${outside}/program`, `${rootfs}/bin/program`);
    symlinkSync(outside, `${rootfs}/work`);
    spec.process!.cwd = '/';
  });
  writeFileSync(`${outside}/program`, '#!/bin/sh\necho escaped\n', { mode: 0o755 });
  await runtime.says('run', '--detach', '--bundle', path, 'linked');
  expect(await runtime.run('exec', 'linked', 'program')).toMatchObject({ code: 1, out: '' });
  expect(await runtime.run('exec', '--cwd', '/work', 'linked', 'ls')).toMatchObject({ code: 1, out: '' });
  await runtime.says('delete', '--force', 'linked');
});
