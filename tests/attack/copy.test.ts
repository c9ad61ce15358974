/** `cp`: neither what a container has made nor what an archive says leads out of where it belongs. */
import { beforeAll, expect, test } from 'bun:test';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { BUSYBOX, privateWorld } from '../cli/limpid.ts';

const { directory, says, limpid, program, globals } = privateWorld();
const place = `${directory}/place`;
const secret = `${directory}/secret`;
const inside = (script: string) => says('exec', 'evil', 'sh', '-c', script);

/** Up, and down again: what every path out of a container would have to say. */
const OUT = `${'../'.repeat(20)}${directory.slice(1)}`;

beforeAll(async () => {
  mkdirSync(place);
  mkdirSync(secret);
  writeFileSync(`${secret}/file`, 'secret');
  writeFileSync(`${place}/mine`, 'mine');
  writeFileSync(`${place}/theirs`, 'theirs\n');
  const devices = ['--cap-add=mknod', '--device-cgroup-rule=c *:* m', '--device-cgroup-rule=b *:* m'];
  await says('run', '-d', '--name', 'evil', ...devices, BUSYBOX, 'sleep', 'infinity');
});

test.each(['running', 'stopped'])('paths of a %s container are its own, wherever they lead', async (state) => {
  await inside(`rm -rf /links ${directory}; mkdir -p /links ${secret}; echo theirs > ${secret}/file; cd /links
    ln -s ${secret} absolute; ln -s ${OUT}/secret relative; ln -s / root; ln -s loop loop; ln -s /proc/1/root proc`);
  if (state === 'stopped') await says('stop', '-t', '0', 'evil');
  try {
    for (const path of [secret, `/${OUT}/secret`, '/links/absolute', '/links/relative', `/links/root${secret}`]) {
      await says('cp', `evil:${path}/file`, `${place}/got`);
      expect(readFileSync(`${place}/got`, 'utf8')).toBe('theirs\n');
      for (const name of ['file', 'new']) await says('cp', `${place}/mine`, `evil:${path}/${name}`);
      await says('cp', `evil:${path}/new`, `${place}/got`);
      expect(readFileSync(`${place}/got`, 'utf8')).toBe('mine');
      await says('cp', `${place}/theirs`, `evil:${path}/file`);
      expect([readdirSync(secret), readFileSync(`${secret}/file`, 'utf8')]).toEqual([['file'], 'secret']);
    }
    for (const path of ['/links/loop', `/links/proc${secret}`]) {
      expect((await limpid('cp', `evil:${path}/file`, `${place}/got`)).code).toBe(125);
      expect((await limpid('cp', `${place}/mine`, `evil:${path}/file`)).code).toBe(125);
    }
    expect([readdirSync(secret), readFileSync(`${secret}/file`, 'utf8')]).toEqual([['file'], 'secret']);
  } finally {
    if (state === 'stopped') await says('start', 'evil');
  }
});

test('what comes out of a container is ours, and no device; its links are not followed', async () => {
  await inside(`rm -rf /out; mkdir /out; cd /out; ln -s ${secret}/file link; ln -s ${secret} way; mkfifo pipe
    echo x > set; chown 1000:1000 set; chmod 6755 set; mknod null c 1 3; mknod disk b 8 0`);
  // cap_setuid+ep; the container cannot set it itself.
  const root = await says('inspect', '--format', '{{.GraphDriver.Data.MergedDir}}', 'evil');
  const capability = '0x0100000280000000000000000000000000000000';
  expect(Bun.spawnSync(['setfattr', '-n', 'security.capability', '-v', capability, `${root}/out/set`]).exitCode).toBe(
    0,
  );
  await says('cp', 'evil:/out', `${place}/out`);
  expect(Bun.spawnSync(['getfattr', '-d', '-m', '-', `${place}/out/set`]).stdout.toString()).toBe('');
  expect(readdirSync(`${place}/out`).toSorted()).toEqual(['link', 'pipe', 'set', 'way']);
  const { uid, gid, mode } = lstatSync(`${place}/out/set`);
  expect([uid, gid, mode & 0o7777, readlinkSync(`${place}/out/way`)]).toEqual([0, 0, 0o755, secret]);
  // The second time the link is there, and is replaced: nothing goes through it.
  await inside('rm /out/way; mkdir /out/way; echo y > /out/way/file');
  expect((await limpid('cp', 'evil:/out/.', `${place}/out`)).err).toContain('there is a file of that name');
  await says('cp', '--overwrite', 'evil:/out/.', `${place}/out`);
  expect([readFileSync(`${place}/out/way/file`, 'utf8'), readFileSync(`${secret}/file`, 'utf8')]).toEqual([
    'y\n',
    'secret',
  ]);
});

test.each([
  ['names that lead upwards', 'tar -cf - --transform "s,^mine,../../up," mine', 'leads upwards'],
  [
    'a link, and then a file behind it',
    `ln -s ${secret} l; tar -cf - l; rm l; mkdir l; echo z > l/file; tar -cf - l/file`,
    '',
  ],
  [
    'a hard link to what is outside',
    `ln mine hard; tar -cf - --transform "s,^mine,${OUT}/secret/file,h" mine hard; rm hard`,
    'leads upwards',
  ],
])('an archive with %s', async (_, packing, message) => {
  await inside('rm -rf /in; mkdir /in');
  const script = `cd ${place}; { ${packing}; } | "$@"`;
  const words = [program, ...globals, 'cp', '-', 'evil:/in'];
  const { exitCode, stderr } = Bun.spawnSync(['sh', '-c', script, 'sh', ...words], { stdin: 'ignore' });
  expect(stderr.toString()).toContain(message);
  expect(exitCode).toBe(message === '' ? 0 : 125);
  expect([readdirSync(secret), readFileSync(`${secret}/file`, 'utf8')]).toEqual([['file'], 'secret']);
  expect(await says('exec', 'evil', 'find', '/', '-xdev', '-name', 'up')).toBe('');
});

test('a name that would paint the terminal', async () => {
  await inside(
    `mkdir -p /paint; echo x > "/paint/$(printf '\\033[31mred')"; mkdir "$(printf '/paint/\\033[32mgreen')"`,
  );
  mkdirSync(`${place}/paint`);
  writeFileSync(`${place}/paint/\x1b[32mgreen`, 'a file');
  const { code, err } = await limpid('cp', 'evil:/paint/.', `${place}/paint`);
  expect([code, err.includes('\x1b'), err]).toEqual([125, false, expect.stringContaining('\\x1b[32mgreen')]);
  expect((await limpid('cp', 'evil:/paint/\x1b[35m', place)).err).not.toContain('\x1b');
});
