/** `cp`, between containers and the host, as podman-cp(1) has its rules. */
import { beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { kill } from '../kill.ts';
import { BUSYBOX, privateWorld } from './limpid.ts';
import { until } from './until.ts';

const { directory, says, limpid, limpidWith, begin, program, globals } = privateWorld();
const host = `${directory}/host`;
const MAPS = ['--uidmap', '0:100000:1000', '--gidmap', '0:100000:1000'];
const inside = (name: string, script: string) => says('exec', name, 'sh', '-c', script);
const error = (message: string) => ({ code: 125, out: '', err: `Error: cannot ${message}\n` });
const text = (path: string) => readFileSync(path, 'utf8');
/** As words for sh. */
const command = (...words: string[]) => [program, ...globals, ...words];
const mountsBelow = () =>
  text('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes(directory));

beforeAll(() => says('run', '-d', '--name', 'live', BUSYBOX, 'sleep', 'infinity'));
beforeEach(() => {
  rmSync(host, { recursive: true, force: true });
  mkdirSync(`${host}/dir/sub`, { recursive: true });
  writeFileSync(`${host}/file`, 'file');
  writeFileSync(`${host}/dir/sub/leaf`, 'leaf');
  symlinkSync('file', `${host}/link`);
});

/** The rules are the same for a container that runs and one that does not. */
describe.each(['running', 'stopped'])('a %s container', (state) => {
  const name = `of-${state}`;
  const run = state === 'running' ? ['run', '-d'] : ['create'];
  const into = (path: string) => `${name}:${path}`;

  /** What is at a path of the container: each file with its text. */
  async function tree(path: string): Promise<Record<string, string>> {
    const to = `${directory}/out`;
    rmSync(to, { recursive: true, force: true });
    await says('cp', into(path), to);
    const found: Record<string, string> = {};
    const walk = (at: string, shown: string): void => {
      const status = lstatSync(at);
      if (status.isSymbolicLink()) found[shown] = `-> ${readlinkSync(at)}`;
      else if (status.isDirectory()) for (const one of readdirSync(at)) walk(`${at}/${one}`, `${shown}/${one}`);
      else found[shown] = text(at);
    };
    walk(to, '');
    return found;
  }

  beforeEach(async () => {
    await limpid('rm', '-f', '-t', '0', name);
    await says(...run, '--name', name, '-v', `${name}:/volume`, BUSYBOX, 'sleep', 'infinity');
  });

  test('a file: new, over another, into a directory, where there is none', async () => {
    await says('cp', `${host}/file`, into('/new'));
    expect(await tree('/new')).toEqual({ '': 'file' });
    writeFileSync(`${host}/file`, 'other');
    await says('cp', `${host}/file`, into('new'));
    await says('cp', `${host}/file`, into('/tmp'));
    expect([await tree('/new'), await tree('/tmp/file')]).toEqual([{ '': 'other' }, { '': 'other' }]);
    expect(await limpid('cp', `${host}/file`, into('/no/such'))).toEqual(
      error(`find "${name}:/no": there is no such file or directory`),
    );
    expect(await limpid('cp', `${host}/file`, into('/no/'))).toEqual(
      error(`copy "${host}/file": there is no directory "${name}:/no/"`),
    );
    expect(await limpid('cp', `${host}/none`, into('/'))).toEqual(
      error(`find "${host}/none": there is no such file or directory`),
    );
    expect(await limpid('cp', `${host}/file/`, into('/'))).toEqual(
      error(`use "${host}/file/": it ends with a slash, and is no directory`),
    );
  });

  test('a directory: as a new one, into one, its contents, and not over a file', async () => {
    await says('cp', `${host}/dir`, into('/new'));
    expect(await tree('/new')).toEqual({ '/sub/leaf': 'leaf' });
    await says('cp', `${host}/dir/`, into('/new'));
    await says('cp', `${host}/dir/.`, into('/new/sub'));
    expect(await tree('/new')).toEqual({ '/sub/leaf': 'leaf', '/dir/sub/leaf': 'leaf', '/sub/sub/leaf': 'leaf' });
    await says('cp', `${host}/file`, into('/taken'));
    expect(await limpid('cp', `${host}/dir`, into('/taken'))).toEqual(
      error(`copy "${host}/dir": it is a directory, and "${name}:/taken" is none (hint: --overwrite replaces it)`),
    );
    await says('cp', '--overwrite', `${host}/dir`, into('/taken'));
    expect(await tree('/taken')).toEqual({ '/sub/leaf': 'leaf' });
  });

  test('kinds are kept, but with --overwrite', async () => {
    await says('cp', `${host}/dir`, into('/tmp'));
    rmSync(`${host}/dir/sub`, { recursive: true });
    writeFileSync(`${host}/dir/sub`, 'now a file');
    expect(await limpid('cp', `${host}/dir`, into('/tmp'))).toEqual(
      error('copy "dir/sub": EISDIR, there is a directory of that name (hint: --overwrite replaces it)'),
    );
    expect(await tree('/tmp/dir')).toEqual({ '/sub/leaf': 'leaf' });
    await says('cp', '--overwrite', `${host}/dir`, into('/tmp'));
    expect(await tree('/tmp/dir')).toEqual({ '/sub': 'now a file' });
  });

  test('links are followed where they are named, and copied where they are met', async () => {
    symlinkSync('dir', `${host}/way`);
    symlinkSync('/etc/passwd', `${host}/dir/sub/far`);
    await says('cp', `${host}/link`, into('/tmp'));
    await says('cp', `${host}/way`, into('/tmp'));
    expect(await tree('/tmp')).toEqual({
      '/link': 'file',
      '/way/sub/leaf': 'leaf',
      '/way/sub/far': '-> /etc/passwd',
    });
    await says('cp', into('/tmp/way/sub/far'), `${host}/passwd`);
    expect(text(`${host}/passwd`)).toStartWith('root:x:0:0:');
    expect(text(`${host}/passwd`)).not.toBe(text('/etc/passwd'));
  });

  test('volumes are a part of it', async () => {
    await says('cp', `${host}/file`, into('/volume'));
    mkdirSync(`${host}/dir/volume`);
    writeFileSync(`${host}/dir/volume/below`, 'below');
    await says('cp', `${host}/dir/.`, into('/'));
    expect(await tree('/volume')).toEqual({ '/file': 'file', '/below': 'below' });
    expect(await says('run', '--rm', '-v', `${name}:/v`, BUSYBOX, 'cat', '/v/file', '/v/below')).toBe('filebelow');
    const whole = await tree('/');
    expect([whole['/volume/file'], whole['/sub/leaf']]).toEqual(['file', 'leaf']);
    expect(Object.keys(whole).filter((path) => /^\/(?:proc|sys|dev)\//.test(path))).toEqual([]);
  });

  test('owners: those of the container’s user, or with --archive=false their own', async () => {
    await limpid('rm', '-f', '-t', '0', name);
    await says(...run, '--name', name, '-u', '41:42', BUSYBOX, 'sleep', 'infinity');
    chownSync(`${host}/dir/sub`, 7, 8);
    chmodSync(`${host}/file`, 0o2751);
    utimesSync(`${host}/file`, 1e9, 1e9);
    await says('cp', `${host}/dir`, into('/tmp/given'));
    await says('cp', '-a=false', `${host}/dir`, into('/tmp/kept'));
    await says('cp', `${host}/file`, into('/tmp/file'));
    await says('start', name);
    const shown = await inside(name, 'cd /tmp; stat -c "%n %u:%g %a %Y" given/sub given/sub/leaf kept/sub file');
    expect(shown.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'given/sub 41:42',
      'given/sub/leaf 41:42',
      'kept/sub 7:8',
      'file 41:42',
    ]);
    expect(shown).toEndWith('file 41:42 2751 1000000000');
    await says('cp', into('/tmp/kept'), `${host}/back`);
    expect([lstatSync(`${host}/back/sub`).uid, lstatSync(`${host}/back/sub`).gid]).toEqual([0, 0]);
  });

  test('in a user namespace ids are the container’s', async () => {
    await limpid('rm', '-f', '-t', '0', name);
    await says(...run, '--name', name, ...MAPS, '-u', '5', BUSYBOX, 'sleep', 'infinity');
    chownSync(`${host}/dir/sub`, 7, 8);
    chownSync(`${host}/dir/sub/leaf`, 70_000, 70_000);
    await says('cp', `${host}/dir`, into('/given'));
    await says('cp', '--archive=false', `${host}/dir`, into('/kept'));
    await says('start', name);
    const shown = await says(
      'exec',
      '-u',
      '0',
      name,
      'stat',
      '-c',
      '%n %u:%g',
      '/',
      '/given/sub',
      '/kept/sub',
      '/kept/sub/leaf',
      '/bin',
    );
    expect(shown.split('\n')).toEqual(['/ 0:0', '/given/sub 5:0', '/kept/sub 7:8', '/kept/sub/leaf 0:0', '/bin 0:0']);
    const { stdout } = Bun.spawnSync([
      'sh',
      '-c',
      '"$@" | tar -tv --numeric-owner',
      'sh',
      ...command('cp', into('/kept'), '-'),
    ]);
    expect(
      stdout
        .toString()
        .split('\n')
        .map((line) => line.split(/\s+/)[1]),
    ).toContain('7/8');
  });
});

describe('archives', () => {
  test('to standard output, and back from standard input, plain or compressed', async () => {
    await inside('live', 'mkdir -p /a/b; echo 1 > /a/b/c; ln -s c /a/b/d; rm -rf /into; mkdir /into');
    const piped = (script: string) =>
      Bun.spawnSync(['sh', '-c', script, 'sh', ...command()])
        .stdout.toString()
        .trim();
    expect(piped('"$@" cp live:/a - | tar -t').split('\n')).toEqual(['a/', 'a/b/', 'a/b/c', 'a/b/d']);
    expect(piped('"$@" cp live:/a/. - | tar -t').split('\n')).toEqual(['b/', 'b/c', 'b/d']);
    expect(piped('"$@" cp live:/a/b/c - | tar -xO')).toBe('1');
    for (const packer of ['cat', 'gzip', 'zstd -q']) {
      piped(`"$@" cp live:/a - | ${packer} | "$@" cp - live:/into`);
      expect(await inside('live', 'cat /into/a/b/d; rm -r /into/a')).toBe('1');
    }
    // An archive of a directory has that one too: what it goes into stays as it is.
    chmodSync(host, 0o700);
    piped(`tar -c -C ${host} . | "$@" cp - live:/into`);
    expect(await inside('live', 'stat -c %a /into; cat /into/file')).toBe('755\nfile');
    const { code, err } = await limpidWith({ input: 'no archive at all' }, 'cp', '-', 'live:/into');
    expect([code, err]).toEqual([125, expect.stringContaining('it ends in the middle of an entry')]);
    expect(await limpidWith({ input: '' }, 'cp', '-', 'live:/into/none')).toEqual(
      error('copy "live:/into/none": an archive goes into a directory that is there'),
    );
  });
});

describe('what cannot be', () => {
  test.each([
    [['a', 'b'], 'use cp: neither of them is in a container (hint: write CONTAINER:PATH for one)'],
    [['live:', 'b'], 'use "live:": a path is missing'],
    [['none:/x', 'b'], 'find container "none": there is no such container (hint: `limpid ps -a` lists all)'],
    [['live:/none', '.'], 'find "live:/none": there is no such file or directory'],
    [['live:/etc', 'live:/etc'], 'copy "live:/etc": a directory does not go into itself'],
    [['live:/etc', 'live:/etc/new'], 'copy "live:/etc": a directory does not go into itself'],
  ])('cp %p', async (words, message) => {
    expect(await limpid('cp', ...words)).toEqual(error(message));
  });

  test('a read-only root', async () => {
    for (const run of [['run', '-d'], ['create']]) {
      await says(...run, '--name', 'sealed', '--read-only', '--read-only-tmpfs=false', BUSYBOX, 'sleep', 'infinity');
      expect(await limpid('cp', `${host}/file`, 'sealed:/x')).toEqual(error('copy "x": EROFS, read-only file system'));
      await says('rm', '-f', '-t', '0', 'sealed');
    }
  });
});

test('between containers, within one, and into a directory below itself', async () => {
  await says('create', '--name', 'other', BUSYBOX, 'sh', '-c', 'cat /x/y; ls /x');
  await inside('live', 'mkdir /x; echo y > /x/y');
  await says('cp', 'live:/x', 'other:/');
  await says('cp', 'other:/x/y', 'other:/x/z');
  expect(await says('start', '-a', 'other')).toBe('y\ny\nz');
  await says('rm', 'other');
  await inside('live', 'mkdir /x/deep');
  await says('cp', 'live:/x', 'live:/x/deep');
  expect(await inside('live', 'find /x | sort')).toBe('/x\n/x/deep\n/x/deep/x\n/x/deep/x/y\n/x/y');
});

test('a file that is mounted is written where it is, and stays mounted', async () => {
  await says('cp', `${host}/file`, 'live:/etc/hostname');
  expect(await inside('live', 'cat /etc/hostname; grep -c " /etc/hostname " /proc/mounts')).toBe('file1');
  expect(await limpid('cp', '--overwrite', `${host}/dir`, 'live:/etc/hostname')).toEqual(
    error('copy "hostname": EBUSY, something else is mounted there'),
  );
  expect(await inside('live', 'cat /etc/hostname')).toBe('file');
});

test('a command that is killed leaves nothing mounted of a container that does not run', async () => {
  await says('create', '--name', 'idle', BUSYBOX, 'true');
  const before = mountsBelow();
  const copying = begin('cp', '-', 'idle:/tmp');
  // Its helper has the files mounted, in a namespace of its own.
  const mounter = await until('the files are mounted', () =>
    text(`/proc/${copying.pid}/task/${copying.pid}/children`)
      .split(' ')
      .filter(Boolean)
      .find((pid) => text(`/proc/${pid}/mountinfo`).includes(`${directory}/root/containers`)),
  );
  kill(copying.pid);
  await copying.exited;
  await until('its helper ends', () => !existsSync(`/proc/${mounter}`));
  expect(mountsBelow()).toEqual(before);
  expect(await says('start', '-a', 'idle')).toBe('');
  await says('rm', 'idle');
});
