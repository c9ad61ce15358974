/** Names that strangers chose are shown on a terminal, and must not be obeyed by it. */
import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, readFileSync } from 'node:fs';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
afterAll(async () => {
  await attack.limpid(['rm', '-a', '-f']);
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

const EVIL = '\x1b]0;owned\x07\x1b[2J\n\r\x9b31mx\u202e';
const SHOWN = '\\x1b]0;owned\\x07\\x1b[2J\\n\\r\\x9b31mx\\u202e';

function rootfs(): string {
  const path = attack.rootfs(`hostile${EVIL}`);
  mkdirSync(`${path}/etc`, { recursive: true });
  return path;
}

const COMMANDS: Record<string, () => string[]> = {
  image: () => ['run', '--rm', EVIL],
  rootfs: () => ['run', '--rm', '--rootfs', `/nowhere/${EVIL}`, 'true'],
  command: () => ['run', '--rm', 'builtin:busybox', `/${EVIL}`],
  'command of a strange root': () => ['run', '--rm', '--rootfs', rootfs(), `/${EVIL}`],
  user: () => ['run', '--rm', '--user', EVIL, 'builtin:busybox', 'true'],
  'working directory': () => ['run', '--rm', '-w', `/dev/null/${EVIL}`, 'builtin:busybox', 'true'],
  volume: () => ['run', '--rm', '-v', `/nowhere/${EVIL}:/x`, 'builtin:busybox', 'true'],
  name: () => ['run', '--rm', '--name', EVIL, 'builtin:busybox', 'true'],
  container: () => ['inspect', EVIL],
  option: () => ['run', `--${EVIL}`, 'builtin:busybox'],
  'name of a command': () => [EVIL],
};

for (const [what, words] of Object.entries(COMMANDS)) {
  test(`the error about a ${what}`, async () => {
    const { code, out, err } = await attack.limpid(words());
    expect([125, 126, 127]).toContain(code);
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(err).toStartWith('Error: ');
    expect(err.slice(0, -1)).not.toMatch(/\p{Cc}/u);
    // As JSON has it, or as we do.
    expect(err.replaceAll('\\u00', '\\x')).toContain(SHOWN);
  });
}

test('tables of processes and of containers', async () => {
  const command = ['sh', '-c', 'exec sleep 1000', EVIL];
  await attack.must(
    'run',
    '-d',
    '--name',
    'lab',
    'builtin:busybox',
    'sh',
    '-c',
    `sh -c 'sleep 1000; true' '${EVIL}'; true`,
  );
  expect(command).toHaveLength(4);
  for (const words of [['ps', '--no-trunc'], ['ps'], ['top', 'lab']]) {
    const table = await attack.must(...words);
    for (const line of table.split('\n')) expect(line).not.toMatch(/\p{Cc}/u);
  }
  expect(await attack.must('ps', '--no-trunc')).toContain(SHOWN);
});

test('limpid-runtime: its list, its errors, its log', async () => {
  const evil = (program: string) =>
    runtime.bundle(`bundle${EVIL}`, [program], ({ linux }) => {
      // The kernel takes no such name for a cgroup.
      linux!.cgroupsPath = linux!.cgroupsPath!.replace(/[^/]*$/s, 'evil');
    });
  const path = evil(`/${EVIL}`);
  const log = `${runtime.directory}/log`;
  const failed = await runtime.run('--log', log, 'create', '--bundle', path, 'evil');
  expect(failed.code).toBe(1);
  await runtime.says('create', '--bundle', evil('true'), 'lab');
  const { out: list } = await runtime.run('list');
  const { err: unknown } = await runtime.run(EVIL);
  const { err: id } = await runtime.run('create', '--bundle', path, EVIL);
  const texts = { failed: failed.err, log: readFileSync(log, 'utf8'), list, unknown, id };
  for (const [what, text] of Object.entries(texts)) {
    expect([what, text.replaceAll('\n', '')]).toEqual([what, expect.not.stringMatching(/\p{Cc}/u)]);
    // As JSON has it, or as we do.
    const shown = text.replaceAll('\\\\', '\\').replaceAll('\\u00', '\\x');
    expect([what, shown.includes('\\x1b]0;owned\\x07')]).toEqual([what, true]);
  }
  await runtime.says('delete', 'lab');
});
