import { beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { directory, says, limpid, limpidWith } = privateWorld();
const run = (...words: string[]) => says('run', '--rm', ...words);
const shared = `${directory}/shared`;

beforeAll(() => {
  mkdirSync(shared);
  writeFileSync(`${shared}/file`, 'content\n');
});

/** A host whose mounts are shared, as systemd leaves them. */
const SHARED_HOST = ['unshare', '--mount', '--propagation', 'shared'];

/** Options of the mount at a place inside, as /proc/self/mountinfo has them, with the file system's own. */
async function mountOptions(path: string, ...options: string[]): Promise<string> {
  const words = ['run', '--rm', ...options, BUSYBOX, 'cat', '/proc/self/mountinfo'];
  const { out, err } = await limpidWith({ through: SHARED_HOST }, ...words);
  expect(err).toBe('');
  const fields = out
    .split('\n')
    .map((line) => line.split(' '))
    .findLast((line) => line[4] === path)!;
  return `${fields[5]} ${fields.slice(6).join(' ')}`;
}

describe('-v', () => {
  test('a directory, written from inside', async () => {
    expect(await run('-v', `${shared}:/d`, BUSYBOX, 'sh', '-c', 'cat /d/file; echo inside > /d/made')).toBe('content');
    expect(readFileSync(`${shared}/made`, 'utf8')).toBe('inside\n');
  });
  test('ro', async () => {
    const { code, err } = await limpid('run', '--rm', '-v', `${shared}:/d:ro`, BUSYBOX, 'touch', '/d/x');
    expect([code, err]).toEqual([1, 'touch: /d/x: Read-only file system\n']);
  });
  test('a file, over one that is there and one that is not', async () => {
    expect(
      await run(
        '-v',
        `${shared}/file:/etc/passwd`,
        '-v',
        `${shared}/file:/new/place`,
        BUSYBOX,
        'cat',
        '/etc/passwd',
        '/new/place',
      ),
    ).toBe('content\ncontent');
  });
  test('options reach the kernel: noexec, nosuid, nodev, propagation', async () => {
    expect(await mountOptions('/d', '-v', `${shared}:/d:ro,noexec,nosuid,nodev`)).toMatch(/^ro,nosuid,nodev,noexec/);
    expect(await mountOptions('/d', '-v', `${shared}:/d:rshared`)).toMatch(/ shared:\d+ /);
    expect(await mountOptions('/d', '-v', `${shared}:/d`)).not.toMatch(/ (shared|master):\d+ /);
  });
  test('a named volume lasts from one container to the next', async () => {
    await run('-v', 'data:/data', BUSYBOX, 'sh', '-c', 'echo kept > /data/file');
    expect(await run('-v', 'data:/elsewhere', BUSYBOX, 'cat', '/elsewhere/file')).toBe('kept');
  });
  test('a link of the rootfs cannot lead a mount outside', async () => {
    const rootfs = `${directory}/links`;
    mkdirSync(`${rootfs}/bin`, { recursive: true });
    await Bun.$`ln -s ${shared} ${rootfs}/out`.quiet();
    await limpid('run', '--rm', '-v', `${directory}:/out/mnt`, '--rootfs', rootfs, '/bin/none');
    expect(existsSync(`${shared}/mnt`)).toBe(false);
  });
});

describe('--mount', () => {
  test('bind, tmpfs, volume', async () => {
    const options = [
      '--mount',
      `type=bind,source=${shared},target=/b,ro`,
      '--mount',
      'type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1777',
      '--mount',
      'type=volume,source=data,target=/v',
    ];
    expect(
      await run(
        ...options,
        BUSYBOX,
        'sh',
        '-c',
        'cat /b/file; stat -c %a /t; df -k /t | tail -1 | tr -s " " | cut -d" " -f2; cat /v/file',
      ),
    ).toBe('content\n1777\n1024\nkept');
  });
  test('bind-propagation', async () => {
    const bind = `type=bind,src=${shared},dst=/b`;
    expect(await mountOptions('/b', '--mount', `${bind},bind-propagation=rslave`)).toMatch(/^\S+ master:\d+ - /);
    expect(await mountOptions('/b', '--mount', bind)).toMatch(/^\S+ - /);
  });
});

test('--tmpfs with options', async () => {
  expect(await mountOptions('/t', '--tmpfs', '/t:size=2m,mode=0700,noexec')).toMatch(
    /^rw,nosuid,nodev,noexec.* - tmpfs tmpfs rw,size=2048k,mode=700/,
  );
});

describe('--read-only', () => {
  test('the root is; /tmp, /run and /var/tmp are not', async () => {
    const script = 'for d in / /etc /tmp /run /var/tmp /dev/shm; do touch $d/x 2>/dev/null && echo $d; done';
    expect(await run('--read-only', BUSYBOX, 'sh', '-c', script)).toBe('/tmp\n/run\n/var/tmp\n/dev/shm');
    expect(await run('--read-only', '--read-only-tmpfs=false', BUSYBOX, 'sh', '-c', `${script}; true`)).not.toContain(
      '/tmp',
    );
    expect((await run(BUSYBOX, 'sh', '-c', script)).split('\n').length).toBe(6);
  });
});

test('--shm-size', async () => {
  expect(
    await run('--shm-size', '3m', BUSYBOX, 'sh', '-c', 'df -k /dev/shm | tail -1 | tr -s " " | cut -d" " -f2'),
  ).toBe('3072');
});

test('none of the mounts is seen by the host', async () => {
  const words = ['run', '-d', '--name', 'here', '-v', `${shared}:/d`, '--tmpfs', '/t', BUSYBOX, 'sleep', '1000'];
  expect((await limpidWith({ through: SHARED_HOST }, ...words)).err).toBe('');
  const monitor = await says('inspect', '--format', '{{.State.ConmonPid}}', 'here');
  const below = readFileSync(`/proc/${monitor}/mountinfo`, 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${directory}/`));
  // The merged root itself, and nothing below it.
  expect(below.map((path) => path.replace(/^.*\//, ''))).toEqual(['merged']);
});
