/** Ids at the edges: none of them may wrap around to root, or be taken for a name that an image gave to root. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
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
