/** CVE-2016-9962: a process that enters a container can be looked into by the container before it has given all up. */
import { afterAll, expect, test } from 'bun:test';
import { chmodSync, copyFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';
import { until } from '../cli/until.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
afterAll(async () => {
  await attack.limpid(['rm', '-a', '-f']);
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

test('nothing of a newcomer can be read or traced', async () => {
  const binary = await attack.compile(fileURLToPath(new URL('look-at-newcomer.c', import.meta.url)));
  await attack.must('run', '-d', '--name', 'lab', '-v', `${binary}:/look:ro`, 'builtin:busybox', '/look');
  for (let turn = 0; turn < 40; turn++) await attack.must('exec', 'lab', 'true');
  // The container ends because of it, and may take the newcomer with it before that ends itself.
  expect([0, 137]).toContain((await attack.limpid(['exec', 'lab', 'touch', '/stop'])).code);
  expect(await attack.must('wait', 'lab')).toBe('0');
  const lines = (await attack.must('logs', 'lab')).split('\n');
  expect(lines.filter((line) => line.startsWith('got'))).toEqual([]);
  // It has been quick enough to look at some.
  expect(Number(lines.at(-1)!.replace('seen ', ''))).toBeGreaterThan(0);
});

test('the namespaces, root and monitor of the host are out of reach', async () => {
  const script = 'echo /proc/[0-9]* /proc/1/root/proc/[0-9]*; ls / /proc/1/root; readlink /proc/1/ns/*';
  const lines = (await attack.sh(script)).split('\n');
  expect(lines[0]).toBe('/proc/1 /proc/1/root/proc/1');
  const [root, rootOfFirst] = lines.slice(1).join('\n').split('\n\n');
  expect(rootOfFirst).toStartWith(root!.replace('/:', '/proc/1/root:'));
  for (const type of ['mnt', 'pid', 'net', 'uts', 'ipc'])
    expect(lines).not.toContain(readlinkSync(`/proc/self/ns/${type}`));
});

test('limpid-runtime: nothing of a newcomer can be read or traced, by one who may open any file', async () => {
  const binary = await attack.compile(fileURLToPath(new URL('look-at-newcomer.c', import.meta.url)));
  const path = runtime.bundle('lab', ['/look'], ({ process }) => {
    copyFileSync(binary, `${runtime.directory}/lab/rootfs/look`);
    chmodSync(`${runtime.directory}/lab/rootfs/look`, 0o755);
    // CAP_SYS_PTRACE would do, as with any runtime: in one user namespace it reaches every process in sight.
    for (const set of ['bounding', 'effective', 'permitted'] as const)
      process!.capabilities![set]!.push('CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH');
  });
  const looker = Bun.spawn([...runtime.words, 'run', '--bundle', path, 'lab'], { stdin: 'ignore', stdout: 'pipe' });
  await until('the looker', async () => (await runtime.run('state', 'lab')).out.includes('"running"'));
  // The first by the program, the others by what it has left for the launcher.
  for (let turn = 0; turn < 40; turn++) await runtime.run('exec', 'lab', 'true');
  writeFileSync(`${path}/rootfs/stop`, '');
  const lines = (await looker.stdout.text()).trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('got'))).toEqual([]);
  expect(Number(lines.at(-1)!.replace('seen ', ''))).toBeGreaterThan(0);
});
