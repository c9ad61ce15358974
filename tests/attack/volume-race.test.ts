/** CVE-2021-30465: a container renames directories of a volume while the engine mounts something below it for another. */
import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { ended, mountsBelow, until } from '../faults/fault-world.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
afterAll(async () => {
  await attack.limpid(['rm', '-a', '-f']);
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

test('100 starts beside a renamer', async () => {
  const volume = `${attack.path}/volume`;
  const outside = `${attack.path}/outside`;
  for (const path of [`${volume}/here`, `${outside}/mnt`]) mkdirSync(path, { recursive: true });
  writeFileSync(`${outside}/kept`, 'untouched\n');
  // As the host would see it, and as the container would: the first is what the kernel must not be led to.
  symlinkSync(outside, `${volume}/link`);
  const picture = async () => (await ended(['find', outside, '-printf', '%p %y %s %T@\n'])).out;
  const before = await picture();
  const script =
    'while :; do mv -T /v/here /v/away; mv -T /v/link /v/here; mv -T /v/here /v/link; mv -T /v/away /v/here; done 2>/dev/null';
  await attack.start({ command: ['sh', '-c', script], name: 'renamer', mounts: [bind(volume, '/v')] });
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
    expect(await picture()).toBe(before);
  }
  await attack.limpid(['rm', '-f', 'renamer']);
  await until('the end of the victims', () => attack.processes().length === 0);
  expect(mountsBelow(attack.path)).toEqual([]);
  expect(
    [...outcomes].filter((one) => !['started', 'ENOENT', 'EEXIST', 'EAGAIN', 'ENOTDIR', 'ELOOP'].includes(one)),
  ).toEqual([]);
  expect(outcomes).toContain('started');
}, 60_000);

function bind(source: string, destination: string) {
  return { type: 'bind', source, destination, options: ['rbind', 'rprivate'], because: '-v' } as const;
}
