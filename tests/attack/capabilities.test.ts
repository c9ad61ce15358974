/** CVE-2022-24769, CVE-2022-29162: rights that a program of the image can pick up by its file, where nobody asked for that. */
import { afterAll, expect, test } from 'bun:test';
import type { CapabilitySets } from '../../spec/runtime.ts';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
afterAll(async () => {
  await attack.limpid(['rm', '-a', '-f']);
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

const NONE = '0000000000000000';
const KILL = '0000000000000020';
const SHOW = ['grep', '^Cap', '/proc/self/status'];

/** Inheritable, permitted, effective, bounding and ambient set of what printed its status. */
function sets(status: string): Record<string, string> {
  const lines = status.trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(3, 6), line.split('\t')[1]!]));
}

for (const options of [[], ['--cap-add', 'ALL'], ['--cap-drop', 'ALL'], ['--privileged'], ['-u', '1000']]) {
  test(`run ${options.join(' ')}`, async () => {
    const { out } = await attack.limpid(['run', '--rm', ...options, 'builtin:busybox', ...SHOW]);
    expect(sets(out)).toMatchObject({ Inh: NONE, Amb: NONE });
  });
}

test('exec', async () => {
  await attack.must('run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
  for (const options of [[], ['--privileged'], ['-u', '1000']])
    expect(sets(await attack.must('exec', ...options, 'lab', ...SHOW))).toMatchObject({ Inh: NONE, Amb: NONE });
  await attack.must('rm', '-f', 'lab');
});

test('who asks for it as another user has it, and no more', async () => {
  const { out } = await attack.limpid(
    'run --rm -u 1000 --cap-drop ALL --cap-add KILL builtin:busybox'.split(' ').concat(SHOW),
  );
  expect(sets(out)).toEqual({ Inh: KILL, Prm: KILL, Eff: KILL, Bnd: KILL, Amb: KILL });
});

test('limpid-runtime: each set is what the spec lists, and nothing where it lists none', async () => {
  const kill = ['CAP_KILL'];
  const cases: [CapabilitySets | undefined, Record<string, string>][] = [
    [undefined, { Inh: NONE, Prm: NONE, Eff: NONE, Bnd: NONE, Amb: NONE }],
    [{}, { Inh: NONE, Prm: NONE, Eff: NONE, Bnd: NONE, Amb: NONE }],
    [{ bounding: kill }, { Inh: NONE, Prm: NONE, Eff: NONE, Bnd: KILL, Amb: NONE }],
    [
      { bounding: kill, permitted: kill },
      { Inh: NONE, Prm: KILL, Eff: KILL, Bnd: KILL, Amb: NONE },
    ],
  ];
  for (const [capabilities, wanted] of cases) {
    const { out } = await runtime.once('listed', SHOW, ({ process }) => {
      delete process!.capabilities;
      if (capabilities !== undefined) process!.capabilities = capabilities;
    });
    expect([capabilities, sets(out)]).toEqual([capabilities, wanted]);
  }
});

test('limpid-runtime: another user than root has only what is ambient', async () => {
  const { out } = await runtime.once('user', SHOW, ({ process }) => {
    process!.user = { uid: 1000, gid: 1000 };
  });
  expect(sets(out)).toMatchObject({ Inh: NONE, Prm: NONE, Eff: NONE, Amb: NONE });
});

test('limpid-runtime exec --cap gives it to the process, not to what that runs', async () => {
  await runtime.says('run', '--detach', '--bundle', runtime.bundle('lab', ['sleep', '1000']), 'lab');
  const status = await runtime.says('exec', '--cap', 'CAP_SYS_TIME', 'lab', ...SHOW);
  expect(sets(status)).toMatchObject({ Inh: NONE, Amb: NONE, Bnd: '0000000022000420', Prm: '0000000022000420' });
  await runtime.says('delete', '--force', 'lab');
});
