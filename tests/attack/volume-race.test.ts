/** CVE-2021-30465: a container renames directories of a volume while the engine mounts something below it for another. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ended, mountsBelow } from '../faults/fault-world.ts';
import { createContainer } from '../../runtime/create.ts';
import { deleteContainer } from '../../runtime/delete.ts';
import { RuntimeWorld } from '../../runtime/runtime-world.ts';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
let exchange: string;
beforeAll(async () => {
  exchange = await attack.compile(fileURLToPath(new URL('exchange.c', import.meta.url)));
});
afterAll(async () => {
  await attack.limpid(['rm', '-a', '-f']);
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

const RENAME = ['/v/exchange', '/v/here', '/v/link'];
const HARMLESS: ReadonlySet<string> = new Set(['ENOENT', 'EEXIST', 'EAGAIN', 'ENOTDIR', 'ELOOP']);

/** Everything about what is outside: names, kinds, sizes, times. */
async function picture(outside: string): Promise<string> {
  return (await ended(['find', outside, '-printf', '%p %y %s %T@\n'])).out;
}

test('100 starts beside a renamer', async () => {
  const volume = `${attack.path}/volume`;
  const outside = `${attack.path}/outside`;
  for (const path of [`${volume}/here`, `${outside}/mnt`]) mkdirSync(path, { recursive: true });
  writeFileSync(`${outside}/kept`, 'untouched\n');
  // As the host would see it, and as the container would: the first is what the kernel must not be led to.
  symlinkSync(outside, `${volume}/link`);
  copyFileSync(exchange, `${volume}/exchange`);
  chmodSync(`${volume}/exchange`, 0o755);
  const before = await picture(outside);
  await attack.start({ command: RENAME, name: 'renamer', mounts: [bind(volume, '/v')] });
  const outcomes = new Set<string>();
  for (let turn = 0; turn < 100; turn++) {
    const mounts = [bind(volume, '/v'), bind(`${attack.path}/kept`, '/v/here/mnt')];
    if (turn === 0) mkdirSync(`${attack.path}/kept`);
    const start = attack.start({ command: ['true'], name: `victim-${turn}`, autoRemove: true, mounts });
    outcomes.add(
      await start.then(
        () => 'started',
        ({ errno }: { errno?: string }) => errno ?? 'unknown',
      ),
    );
    expect(await picture(outside)).toBe(before);
  }
  await attack.limpid(['rm', '-f', 'renamer']);
  await attack.quiet();
  expect(mountsBelow(attack.path)).toEqual([]);
  expect([...outcomes].filter((one) => one !== 'started' && !HARMLESS.has(one))).toEqual([]);
  expect(outcomes).toContain('started');
});

interface SeenMount {
  readonly device: string;
  readonly place: string;
  /** What of its file system is mounted. */
  readonly root: string;
  readonly type: string;
}

function mountsSeenBy(pid: number | 'self'): SeenMount[] {
  const lines = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [head = '', tail = ''] = line.split(' - ');
    const [, , device = '', root = '', place = ''] = head.split(' ');
    return { device, place, root, type: tail.split(' ')[0]! };
  });
}

/** What mountinfo calls it: the directory of temporary files may be a file system, a bind or a subvolume. */
function rootOf(path: string): string {
  const { place, root } = mountsSeenBy('self')
    .filter((mount) => `${path}/`.startsWith(mount.place === '/' ? '/' : `${mount.place}/`))
    .reduce((inner, mount) => (mount.place.length >= inner.place.length ? mount : inner));
  return `${root === '/' ? '' : root}${place === '/' ? path : path.slice(place.length)}`;
}

test('limpid-runtime: 500 creates beside a renamer, and no mount is of anything but its own', async () => {
  // Nothing but what the race is about: the quicker, the more often.
  const world = new RuntimeWorld({ root: runtime.root, cgroups: 'disabled' });
  const volume = `${runtime.directory}/volume`;
  const outside = `${runtime.directory}/outside`;
  const kept = `${runtime.directory}/kept`;
  for (const path of [`${volume}/here`, `${outside}/mnt`, kept]) mkdirSync(path, { recursive: true });
  writeFileSync(`${outside}/mnt/secret`, 'untouched\n');
  symlinkSync(outside, `${volume}/link`);
  copyFileSync(exchange, `${volume}/exchange`);
  chmodSync(`${volume}/exchange`, 0o755);
  const before = await picture(outside);
  const share = { destination: '/v', type: 'bind', source: volume, options: ['rbind', 'rprivate'] };
  const renamer = runtime.bundle('renamer', RENAME, (spec) => void spec.mounts!.push(share));
  const bundle = runtime.bundle('victim', ['true'], (spec) => {
    spec.linux = {
      namespaces: [{ type: 'mount' }, { type: 'pid' }],
      maskedPaths: ['/v/here/masked'],
      readonlyPaths: ['/v/here'],
    };
    delete spec.hostname;
    spec.mounts = [
      share,
      { destination: '/v/here/mnt', type: 'bind', source: kept, options: ['bind'] },
      { destination: '/v/here/tmp', type: 'tmpfs', source: 'tmpfs', options: ['size=4k'] },
    ];
  });
  // Whichever way the name leads just now, there is a place to mount at: the start goes on.
  for (const root of [`${volume}/here`, `${bundle}/rootfs${outside}`])
    for (const name of ['mnt', 'tmp']) mkdirSync(`${root}/${name}`, { recursive: true });
  await runtime.says('run', '--detach', '--bundle', renamer, 'renamer');
  const rootfs = `${bundle}/rootfs`;
  const rootOfKept = rootOf(kept);
  const own = [rootOf(rootfs), rootOf(volume), rootOfKept];
  const ofHost = new Set(mountsSeenBy('self').map(({ device }) => device));
  const isOwn = ({ device, root, type }: SeenMount) =>
    !ofHost.has(device) ||
    own.some((path) => root === path || root.startsWith(`${path}/`)) ||
    (type === 'devtmpfs' && root === '/null') ||
    // The number of what somebody has unmounted since is given again.
    mountsSeenBy('self').every((mount) => mount.device !== device);
  const places = new Set<string>();
  const outcomes = new Map<string, number>();
  // Until the renamer has been in the way: below the container's root is where its link leads.
  const wanted = [`${outside}/mnt`, '/v/here/mnt', '/v/link/mnt'];
  for (let turn = 0; turn < 500 || (places.size < wanted.length && turn < 5000); turn++) {
    const outcome = await createContainer(world, 'victim', { bundle }).then(
      (pid) => {
        const mounts = mountsSeenBy(pid);
        expect(mounts.filter((mount) => !isOwn(mount))).toEqual([]);
        for (const { place, root } of mounts) if (root === rootOfKept) places.add(place);
        expect(statSync(`/proc/${pid}/root`).ino).toBe(statSync(rootfs).ino);
        return 'created';
      },
      ({ errno, message }: { errno?: string; message: string }) => errno ?? message,
    );
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    await deleteContainer(world, 'victim', { force: true });
  }
  expect(await picture(outside)).toBe(before);
  await runtime.says('delete', '--force', 'renamer');
  expect([...outcomes.keys()].filter((one) => one !== 'created' && !HARMLESS.has(one))).toEqual([]);
  expect([...places].toSorted()).toEqual(wanted);
  // A count of things to do, and no time to do them in.
}, 600_000);

function bind(source: string, destination: string) {
  return { type: 'bind', source, destination, options: ['rbind', 'rprivate'], because: '-v' } as const;
}
