/** Even with the right to make device nodes, only those that are harmless can be opened. */
import { afterAll, expect, test } from 'bun:test';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { text } from '../faults/fault-world.ts';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
afterAll(async () => {
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

/** `b 254:0` of every disk of this host. */
const disks = readdirSync('/sys/block').map((name) => `b ${text(`/sys/block/${name}/dev`).trim()}`);
const CHARACTERS = [
  'c 1:1',
  'c 1:2',
  'c 1:4',
  'c 1:11',
  'c 4:0',
  'c 5:1',
  'c 5:3',
  'c 10:200',
  'c 10:229',
  'c 10:237',
  'c 10:232',
  'c 29:0',
  'c 108:0',
];
const nodes = [...CHARACTERS, ...disks];

const tryAll = (list: readonly string[]) =>
  list
    .map((node) => {
      const [kind, major, minor] = node.split(/[ :]/);
      return `rm -f /n; mknod /n ${kind} ${major} ${minor} || echo "no ${node}"; if (: </n) 2>/dev/null; then echo "read ${node}"; fi; if (: >>/n) 2>/dev/null; then echo "write ${node}"; fi`;
    })
    .join('\n');

test('nodes made inside lead nowhere', async () => {
  expect(nodes.length).toBeGreaterThan(CHARACTERS.length);
  expect(await attack.sh(`${tryAll(nodes)}\necho end`, '--cap-add', 'MKNOD')).toBe('end');
});

test('those of every container work', async () => {
  const harmless = ['c 1:3', 'c 1:5', 'c 1:7', 'c 1:8', 'c 1:9'];
  const wanted = harmless.flatMap((node) => [`read ${node}`, `write ${node}`]).join('\n');
  expect(await attack.sh(tryAll(harmless), '--cap-add', 'MKNOD')).toBe(wanted);
});

test('without that right, no node can be made', async () => {
  expect(
    await attack.sh('mknod /n c 1 1 2>/dev/null && echo made; mknod /n b 254 0 2>/dev/null && echo made; echo end'),
  ).toBe('end');
});

test('nodes that an image brings lead nowhere', async () => {
  const rootfs = attack.rootfs('hostile');
  const [major, minor] = disks[0]!.slice(2).split(':');
  Bun.spawnSync(['mknod', `${rootfs}/disk`, 'b', major!, minor!]);
  Bun.spawnSync(['mknod', `${rootfs}/memory`, 'c', '1', '1']);
  const script = 'for f in /disk /memory; do if (: <$f) 2>/dev/null; then echo read $f; fi; done; echo end';
  const { out } = await attack.limpid(['run', '--rm', '--rootfs', rootfs, '/bin/sh', '-c', script]);
  expect(out).toBe('end\n');
});

/** May make nodes: only the list of devices stands between it and them. */
function grantMknod({ process }: RuntimeSpec): void {
  for (const set of ['bounding', 'effective', 'permitted'] as const) process!.capabilities![set]!.push('CAP_MKNOD');
}

test('limpid-runtime: nodes beyond the list lead nowhere', async () => {
  const { out, err } = await runtime.once('beyond', ['sh', '-c', `${tryAll(nodes)}\necho end`], grantMknod);
  expect({ out, err }).toEqual({ out: 'end\n', err: '' });
});

test('limpid-runtime: what a rule allows, and no more of it', async () => {
  const { out } = await runtime.once('allowed', ['sh', '-c', tryAll(['c 10:200', 'c 10:229', 'c 10:237'])], (spec) => {
    grantMknod(spec);
    const rules = spec.linux!.resources!.devices!;
    rules.push({ allow: true, type: 'c', major: 10, minor: 200, access: 'r' });
    // For both types of device: not for everything.
    rules.push({ allow: true, major: 10, minor: 229, access: 'w' });
    rules.push({ allow: true, type: 'c', major: 10, minor: 237, access: 'rw' });
    rules.push({ allow: false, type: 'c', major: 10, access: 'w' });
    rules.push({ allow: true, type: 'c', major: 10, minor: 229, access: 'w' });
  });
  expect(out).toBe('read c 10:200\nwrite c 10:229\nread c 10:237\n');
});

test.skipIf(!existsSync('/sys/fs/cgroup/devices'))(
  'limpid-runtime: a list that cannot be enforced is refused (needs cgroup v1)',
  async () => {
    const { code, err } = await runtime.once('hole', ['true'], ({ linux }) => {
      linux!.resources!.devices!.push({ allow: true, type: 'c', major: 10, access: 'rwm' });
      linux!.resources!.devices!.push({ allow: false, type: 'c', major: 10, minor: 237, access: 'rw' });
    });
    expect({ code, err }).toEqual({
      code: 1,
      err: 'cannot plan "linux.resources.devices": cgroup v1 cannot take "c 10:237 rw" out of "c 10:* rwm" (hint: list the devices one by one)\n',
    });
    expect(existsSync(`${runtime.root}/hole`)).toBe(false);
  },
);

/** Which device files are its /dev/null and its standard streams. */
const WHICH_NULL =
  'for n in /dev/null /proc/self/fd/*; do [ ! -c $n ] || stat -L -c %d:%i $n; done | sort -u; cat; echo x >/dev/null';
const hosts = statSync('/dev/null');

/** One file for all of them, and not the host's, whose owner and mode it could change. */
function expectOwnNull(shown: string): void {
  expect(shown).toMatch(/^\d+:\d+$/);
  expect(shown).not.toBe(`${hosts.dev}:${hosts.ino}`);
}

test('the /dev/null that stands for a missing standard input is the container’s own', async () => {
  await attack.must('run', '-d', '--name', 'lab', 'builtin:busybox', 'sh', '-c', WHICH_NULL);
  expect(await attack.must('wait', 'lab')).toBe('0');
  expectOwnNull(await attack.must('logs', 'lab'));
  await attack.must('rm', 'lab');
  await attack.must('run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
  for (let time = 0; time < 3; time++) expectOwnNull(await attack.must('exec', 'lab', 'sh', '-c', WHICH_NULL));
  await attack.must('rm', '-f', 'lab');
});

test('limpid-runtime: so is each that its caller hands over', async () => {
  const bundle = runtime.bundle('null', ['sh', '-c', `{ ${WHICH_NULL}; } >/tmp/said`]);
  const through = ['sh', '-c', 'exec "$@" </dev/null 2>/dev/null', 'sh'];
  expect((await runtime.runWith({ through }, 'run', '--bundle', bundle, 'null')).code).toBe(0);
  expectOwnNull(text(`${bundle}/rootfs/tmp/said`).trim());
});
