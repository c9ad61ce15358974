/** Ids at the edges: none of them may wrap around to root, or be taken for a name that an image gave to root. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
let rootfs: string;

beforeAll(() => {
  rootfs = attack.rootfs('hostile');
  mkdirSync(`${rootfs}/etc`);
  // Names that look like ids, and ids that are none, all of which would be root.
  writeFileSync(
    `${rootfs}/etc/passwd`,
    '1000:x:0:0::/:\n-1:x:0:0::/:\n+7:x:0:0::/:\nbig:x:4294967296:0::/:\nneg:x:-1:0::/:\n',
  );
  writeFileSync(`${rootfs}/etc/group`, '1000:x:0:\nbig:x:4294967296:\n');
});
afterAll(async () => {
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

const id = (user: string) =>
  attack.limpid(['run', '--rm', `--user=${user}`, '--rootfs', rootfs, '/bin/sh', '-c', 'id -u; id -g']);

for (const user of [
  '-1',
  '+1',
  '+7',
  '0x0',
  '0x10',
  '2147483648',
  '4294967295',
  '4294967296',
  '18446744073709551616',
  ' 1',
  '1 ',
  '1e3',
  '01x',
  'big',
  'neg',
  '0:big',
  '0:-1',
  '0:4294967296',
  'root:x:0',
  '1000\n0',
  '\0',
]) {
  test(`${JSON.stringify(user)} is refused`, async () => {
    const { code, out, err } = await id(user.replace('\0', '%00'));
    expect(err).toMatch(/^Error: cannot [^\n]+\n$/);
    expect({ code, out }).toEqual({ code: 125, out: '' });
  });
}

test('digits are an id, never a name', async () => {
  expect((await id('1000')).out.split('\n')[0]).toBe('1000');
  expect((await id('5:1000')).out).toBe('5\n1000\n');
  expect((await id('2147483647')).out.split('\n')[0]).toBe('2147483647');
});

test('limpid-runtime: ids of a config.json are whole numbers of 32 bits', async () => {
  const wrong: unknown[] = [-1, 4294967295, 4294967296, 18446744073709551616n, 1.5, '0', 'root', true, [0], {}];
  for (const id of wrong) {
    for (const field of ['uid', 'gid', 'additionalGids'] as const) {
      const path = runtime.bundle('edge', ['id', '-u']);
      const spec = JSON.parse(readFileSync(`${path}/config.json`, 'utf8'));
      spec.process.user = { uid: 1, gid: 1, [field]: field === 'additionalGids' ? ['MARK'] : 'MARK' };
      const text = typeof id === 'bigint' ? String(id) : JSON.stringify(id);
      writeFileSync(`${path}/config.json`, JSON.stringify(spec).replace('"MARK"', text));
      const { code, out, err } = await runtime.run('run', '--bundle', path, 'edge');
      const place = `cannot use "process.user.${field}${field === 'additionalGids' ? '[0]' : ''}" of the runtime spec: `;
      expect({ text, field, code, out, err: err.slice(0, place.length) }).toEqual({
        text,
        field,
        code: 1,
        out: '',
        err: place,
      });
    }
  }
});

test('limpid-runtime exec: digits, and nothing else', async () => {
  await runtime.says('run', '--detach', '--bundle', runtime.bundle('lab', ['sleep', '1000']), 'lab');
  const wrong = [
    '-1',
    '+1',
    '0x0',
    '',
    ' 1',
    '1 ',
    '1e3',
    'root',
    '4294967295',
    '4294967296',
    '99999999999',
    '1:',
    '1:-1',
    '1:2:3',
    ':1',
  ];
  for (const user of wrong) {
    const { code, out, err } = await runtime.run('exec', `--user=${user}`, 'lab', 'id', '-u');
    expect({ user, code, out, err }).toEqual({
      user,
      code: 1,
      out: '',
      err: expect.stringMatching(/^cannot use "[^"]*" for --user: [^\n]+\n$/),
    });
  }
  expect(await runtime.says('exec', '--user', '4294967294:2147483648', 'lab', 'sh', '-c', 'id -u; id -g')).toBe(
    '4294967294\n2147483648',
  );
  await runtime.says('delete', '--force', 'lab');
});
