/** CVE-2019-5736: an entry point that is /proc/self/exe itself, to write over the engine's own program. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { chmodSync, closeSync, copyFileSync, existsSync, openSync, readlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { libc } from '../../kernel/libc.ts';
import { list } from '../faults/fault-world.ts';
import { BUILT } from '../installed-program.ts';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';
import { until } from '../cli/until.ts';

const F_GET_SEALS = 1034;
const SEALED = 0b1111;
const WRITER = fileURLToPath(new URL('overwrite-newcomer.c', import.meta.url));
const attack = new AttackWorld();
// What is installed, and what is behind its launcher.
const PROGRAMS = [attack.program, BUILT, fileURLToPath(new URL('../../build/native/executor', import.meta.url))].filter(
  (path) => existsSync(path),
);
const runtime = runtimeScope();
let rootfs: string;

/** In pieces: the program is large, and what we take of memory counts for our children (getrusage(2)). */
async function hashes(paths: readonly string[]): Promise<string[]> {
  return Promise.all(
    paths.map(async (path) => {
      const hasher = new Bun.CryptoHasher('sha1');
      for await (const piece of Bun.file(path).stream()) hasher.update(piece);
      return hasher.digest('hex');
    }),
  );
}

beforeAll(() => {
  rootfs = attack.rootfs('hostile');
  writeFileSync(`${rootfs}/evil`, '#!/proc/self/exe\n');
  chmodSync(`${rootfs}/evil`, 0o755);
});
afterAll(async () => {
  await attack.limpid(['rm', '-a', '-f']);
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

test('an entry point that is /proc/self/exe is the executor, which does nothing by itself', async () => {
  const before = await hashes(PROGRAMS);
  const { code, out, err } = await attack.limpid(['run', '--rm', '--rootfs', rootfs, '/evil']);
  expect({ code, out }).toEqual({ code: 125, out: '' });
  expect(err).toStartWith('usage: executor');
  expect(await hashes(PROGRAMS)).toEqual(before);
});

test('thirty entries beside a writer, and nothing is written', async () => {
  const before = await hashes(PROGRAMS);
  copyFileSync(await attack.compile(WRITER), `${rootfs}/overwrite-newcomer`);
  // With every right over the newcomers: what cannot be written is what they run from.
  const capAdd = ['DAC_OVERRIDE', 'SYS_PTRACE'];
  await attack.start({ image: rootfs, command: ['/overwrite-newcomer'], name: 'lab', capAdd });
  const told = () => attack.must('logs', 'lab');
  // Until it has been quick enough to open one.
  for (let turn = 0; turn < 30 || (turn < 3000 && !(await told()).includes('opened the first')); turn++)
    await attack.limpid(['exec', 'lab', turn % 2 === 0 ? '/evil' : '/bin/true']);
  await attack.limpid(['exec', 'lab', '/bin/sh', '-c', '>/stop']);
  expect(await attack.must('wait', 'lab')).toBe('0');
  expect(await told()).toMatch(/^opened the first\nopened [1-9]\d* written 0$/);
  expect(await hashes(PROGRAMS)).toEqual(before);
  await attack.limpid(['rm', '-f', 'lab']);
});

test('a monitor runs from a copy in memory that nobody can change', async () => {
  const { pid } = await attack.start({ command: ['sleep', '1000'], name: 'lab' });
  const monitor = await attack.must('inspect', '--format', '{{.State.MonitorPid}}', 'lab');
  expect(readlinkSync(`/proc/${monitor}/exe`)).toBe('/memfd:limpid (deleted)');
  const fd = openSync(`/proc/${monitor}/exe`, 'r');
  expect(libc.fcntl(fd, F_GET_SEALS, 0) & SEALED).toBe(SEALED);
  closeSync(fd);
  expect(() => openSync(`/proc/${monitor}/exe`, 'r+')).toThrow('ETXTBSY');
  expect(readlinkSync(`/proc/${pid}/exe`)).not.toContain('memfd');
  await attack.limpid(['rm', '-f', 'lab']);
});

test('the init of --init, which all containers share, cannot be written', async () => {
  await attack.must('run', '--rm', '--init', 'builtin:busybox', 'true');
  const name = list(`${attack.root}/libexec`).find((one) => one.startsWith('init-'));
  const init = `${attack.root}/libexec/${name}`;
  const before = await hashes([init]);
  const script =
    'i=$(readlink /proc/1/exe); for f in /proc/1/exe $i; do (echo evil >$f) 2>/dev/null && echo written $f; done; rm -f $i 2>/dev/null && echo removed; mount -o remount,rw,bind $i 2>/dev/null && echo remounted; chmod 777 $i 2>/dev/null && echo changed; echo end';
  expect(await attack.sh(script, '--init')).toBe('end');
  expect(await hashes([init])).toEqual(before);
});

test('limpid-runtime: 200 entries of a program that is /proc/self/exe, beside one that writes into newcomers', async () => {
  // What is installed, too: it makes sealed copies of itself.
  const programs = [...PROGRAMS, runtime.words[0]!];
  const before = await hashes(programs);
  const binary = await attack.compile(WRITER);
  const path = runtime.bundle('evil', ['/overwrite-newcomer'], (spec) => {
    const inside = `${runtime.directory}/evil/rootfs`;
    copyFileSync(binary, `${inside}/overwrite-newcomer`);
    for (const name of ['overwrite-newcomer', 'evil']) {
      if (name === 'evil') writeFileSync(`${inside}/evil`, '#!/proc/self/exe\n');
      chmodSync(`${inside}/${name}`, 0o755);
    }
    spec.process!.noNewPrivileges = false;
    spec.process!.capabilities!.effective!.push('CAP_DAC_OVERRIDE', 'CAP_SYS_PTRACE');
    spec.process!.capabilities!.permitted!.push('CAP_DAC_OVERRIDE', 'CAP_SYS_PTRACE');
    spec.process!.capabilities!.bounding!.push('CAP_DAC_OVERRIDE', 'CAP_SYS_PTRACE');
  });
  const waiting = runtime.bundle('waiting', ['true']);
  await runtime.says('create', '--bundle', waiting, 'waiting');
  const sealed = [`/proc/${(await runtime.state('waiting')).pid}/exe`];
  const copy = await hashes(sealed);
  const writer = Bun.spawn([...runtime.words, 'run', '--bundle', path, 'evil'], { stdin: 'ignore', stdout: 'pipe' });
  await until('the writer', async () => (await runtime.run('state', 'evil')).out.includes('"running"'));
  const enter = async (turns: number) => {
    for (let turn = 0; turn < turns; turn++) await runtime.run('exec', 'evil', turn % 4 === 0 ? 'true' : '/evil');
  };
  await Promise.all([enter(100), enter(100)]);
  writeFileSync(`${path}/rootfs/stop`, '');
  const said = await writer.stdout.text();
  expect(said.split('\n').filter((line) => line.startsWith('written'))).toEqual([]);
  const told = /opened (\d+) written (\d+)\n$/.exec(said);
  // It has been quick enough to open some.
  expect(Number(told?.[1])).toBeGreaterThan(0);
  expect(Number(told?.[2])).toBe(0);
  expect(await hashes(programs)).toEqual(before);
  expect(await hashes(sealed)).toEqual(copy);
  expect(() => openSync(sealed[0]!, 'r+')).toThrow('ETXTBSY');
  await runtime.says('delete', '--force', 'waiting');
});
