/** Records that a power cut, a broken disk or a foreign hand has damaged. */
import { afterAll, afterEach, expect, test } from 'bun:test';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { FaultWorld } from './fault-world.ts';

const fault = new FaultWorld();
afterEach(async () => {
  const left = await fault.finallyLeft();
  rmSync(`${fault.root}/containers`, { recursive: true, force: true });
  await fault.limpid(['ps']);
  expect(left).toEqual([]);
});
afterAll(() => fault.drop());

const DAMAGES: Record<string, (config: string) => void> = {
  empty: (config) => truncateSync(config, 0),
  'cut off': (config) => truncateSync(config, 100),
  garbage: (config) => writeFileSync(config, Buffer.from([0xff, 0, 0x1b, 0x5d, 7])),
  'no object': (config) => writeFileSync(config, 'null'),
  'of another container': (config) =>
    writeFileSync(config, JSON.stringify({ id: 'f'.repeat(64), name: 'x', created: '' })),
};

for (const [damage, inflict] of Object.entries(DAMAGES)) {
  test(`a config that is ${damage}`, async () => {
    const id = await fault.must('create', '--name', 'lab', 'builtin:busybox', 'true');
    await fault.must('create', '--name', 'other', 'builtin:busybox', 'true');
    inflict(`${fault.root}/containers/${id}/config.json`);
    const told = `cannot read "${fault.root}/containers/${id}/config.json": it is damaged (hint: \`limpid rm -f ${id.slice(0, 12)}\` removes that container)`;
    // The others are shown all the same.
    expect(await fault.limpid(['ps', '-a', '--format', '{{.Names}}'])).toEqual({
      code: 0,
      out: 'other\n',
      err: `Error: ${told}\n`,
    });
    for (const command of [['start'], ['rm'], ['inspect'], ['exec']]) {
      const words = command[0] === 'exec' ? ['exec', 'lab', 'true'] : [...command, 'lab'];
      expect(await fault.limpid(words)).toMatchObject({ code: 125, err: `Error: ${told}\n` });
    }
    expect((await fault.limpid(['create', '--name', 'lab', 'builtin:busybox'])).err).toContain('the name is in use');
    await fault.must('rm', '-f', id.slice(0, 12));
    await fault.must('rm', 'other');
  });
}

test('a config that is lost while the container runs', async () => {
  const id = await fault.must('run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
  truncateSync(`${fault.root}/containers/${id}/config.json`, 10);
  expect((await fault.limpid(['stop', 'lab'])).err).toContain('it is damaged');
  await fault.must('rm', '-f', 'lab');
});

test('start and exit records of garbage', async () => {
  const id = await fault.must('create', '--name', 'lab', 'builtin:busybox', 'true');
  const record = `${fault.root}/containers/${id}`;
  for (const garbage of ['', '\n', 'x', 'a b c d e f', '1 2 3 4 5 6 7 8', '\xff'.repeat(5000)]) {
    for (const name of ['start', 'exit']) {
      writeFileSync(`${record}/${name}`, garbage);
      const { code, err, out } = await fault.limpid(['ps', '-a', '--format', '{{.State}}']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(['created\n', 'exited\n']).toContain(out);
      rmSync(`${record}/${name}`);
    }
  }
  writeFileSync(`${record}/exit`, '0 garbage');
  expect(await fault.must('ps', '-a', '--format', '{{.Status}}')).not.toContain('(0)');
  await fault.must('start', 'lab');
  expect(await fault.must('wait', 'lab')).toBe('0');
  await fault.must('rm', 'lab');
});

test('a root file system that is gone at the start', async () => {
  const rootfs = `${fault.path}/rootfs`;
  mkdirSync(rootfs);
  await fault.must('create', '--name', 'lab', '--rootfs', rootfs, '/bin/true');
  rmSync(rootfs, { recursive: true });
  expect(await fault.limpid(['start', 'lab'])).toEqual({
    code: 125,
    out: '',
    err: `Error: cannot use root file system "${rootfs}": there is no such directory\n`,
  });
  expect(await fault.must('ps', '-a', '--format', '{{.State}}')).toBe('created');
  await fault.must('rm', 'lab');
});

test('strangers in the directories of containers', async () => {
  for (const name of ['x', '.hidden', 'A'.repeat(64), 'f'.repeat(63)])
    mkdirSync(`${fault.root}/containers/${name}`, { recursive: true });
  writeFileSync(`${fault.root}/containers/${'d'.repeat(64)}`, 'a file');
  expect(await fault.limpid(['ps', '-a', '-q'])).toEqual({ code: 0, out: '', err: '' });
  // What does not look like a container's is nobody's to remove.
  for (const name of ['x', '.hidden', 'A'.repeat(64), 'f'.repeat(63)])
    rmSync(`${fault.root}/containers/${name}`, { recursive: true });
});
