/** What lies over a source, or is given away with it: `-v …:O`, `-v …:U`, `--mount type=image`. */
import { beforeAll, describe, expect, test } from 'bun:test';
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { kill } from '../kill.ts';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { directory, says, limpid, limpidWith } = privateWorld();
const run = (...words: string[]) => says('run', '--rm', ...words);
const MAPS = ['--uidmap', '0:100000:1000', '--gidmap', '0:100000:1000'];

let made = 0;

/** A directory of the host with `file` and `below/file` in it. */
function source(): string {
  const path = `${directory}/source-${made++}`;
  mkdirSync(`${path}/below`, { recursive: true });
  writeFileSync(`${path}/file`, 'old');
  writeFileSync(`${path}/below/file`, '');
  return path;
}

const owner = (path: string) => {
  const { uid, gid } = lstatSync(path);
  return `${uid}:${gid}`;
};
const names = (path: string) => readdirSync(path).toSorted();
const mountsBelow = () =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(directory));

describe('O', () => {
  test('what is written is seen inside, nowhere else, and gone with the run', async () => {
    const path = source();
    const script = 'cat /m/file; echo new > /m/file; rm /m/below/file; echo x > /m/added; cat /m/file; ls /m';
    await says('create', '--name', 'over', '-v', `${path}:/m:O`, BUSYBOX, 'sh', '-c', script);
    for (let time = 0; time < 2; time++) expect(await says('start', '-a', 'over')).toBe('oldnew\nadded\nbelow\nfile');
    expect([readFileSync(`${path}/file`, 'utf8'), names(path), names(`${path}/below`)]).toEqual([
      'old',
      ['below', 'file'],
      ['file'],
    ]);
    expect(await says('diff', 'over')).toBe('');
    const id = await says('inspect', '--format', '{{.Id}}', 'over');
    expect(names(`${directory}/root/containers/${id}/overlays`)).toEqual([]);
    const format = '{{range .Mounts}}{{.Type}} {{.Source}} {{.Destination}} {{.RW}} {{.Options}}{{end}}';
    expect(await says('inspect', '--format', format, 'over')).toBe(`bind ${path} /m true [rbind O]`);
    await says('rm', 'over');
    expect(mountsBelow()).toEqual([]);
  });

  test('the root of it is as that of the source', async () => {
    const path = source();
    chmodSync(path, 0o3750);
    chownSync(path, 11, 12);
    expect(await run('-v', `${path}:/m:O`, BUSYBOX, 'stat', '-c', '%a %u %g', '/m')).toBe('3750 11 12');
  });

  test('with ro nothing is written; over a volume; over what two share', async () => {
    const path = source();
    const { code, err } = await limpid('run', '--rm', '-v', `${path}:/m:ro,O`, BUSYBOX, 'touch', '/m/x');
    expect([code, err]).toEqual([1, 'touch: /m/x: Read-only file system\n']);
    await run('-v', 'data:/m', BUSYBOX, 'sh', '-c', 'echo kept > /m/file');
    const options = ['-v', 'data:/m:O', '-v', 'data:/n:O'];
    expect(await run(...options, BUSYBOX, 'sh', '-c', 'echo more >> /m/file; cat /m/file /n/file')).toBe(
      'kept\nmore\nkept',
    );
    expect(await run('-v', 'data:/m', BUSYBOX, 'cat', '/m/file')).toBe('kept');
  });

  test('upperdir and workdir of the user keep what is written', async () => {
    const [path, upper, work] = [source(), `${directory}/upper`, `${directory}/work`];
    const option = `${path}:/m:O,upperdir=${upper},workdir=${work}`;
    expect(await limpid('run', '--rm', '-v', option, BUSYBOX, 'true')).toMatchObject({
      code: 125,
      err: expect.stringContaining('a lower, upper or work directory is missing'),
    });
    mkdirSync(upper);
    mkdirSync(work);
    await run('-v', option, BUSYBOX, 'sh', '-c', 'echo new > /m/file');
    expect(await run('-v', option, BUSYBOX, 'cat', '/m/file')).toBe('new');
    expect([readFileSync(`${upper}/file`, 'utf8'), readFileSync(`${path}/file`, 'utf8')]).toEqual(['new\n', 'old']);
  });

  test('a file, and a source that is not there', async () => {
    const path = source();
    expect(await limpid('run', '--rm', '-v', `${path}/file:/m:O`, BUSYBOX, 'true')).toEqual({
      code: 125,
      out: '',
      err: `Error: cannot mount at "/m" for "-v ${path}/file:/m:O": an overlay lies over a directory, and "${path}/file" is a file\n`,
    });
    expect((await limpid('run', '--rm', '-v', `${path}/none:/m:O`, BUSYBOX, 'true')).err).toContain(
      'there is no such file or directory on this host',
    );
    expect(await says('ps', '-aq')).toBe('');
  });

  test('a monitor that is killed leaves what the next start, or rm, clears away', async () => {
    const path = source();
    const script = 'ls /m; touch /m/x; [ -e /again ] || { touch /again; sleep 1000; }';
    await says('run', '-d', '--name', 'killed', '-v', `${path}:/m:O`, BUSYBOX, 'sh', '-c', script);
    kill(Number(await says('inspect', '--format', '{{.State.MonitorPid}}', 'killed')));
    await limpid('kill', 'killed');
    expect(await says('start', '-a', 'killed')).toBe('below\nfile');
    await says('rm', '-f', 'killed');
    expect(mountsBelow()).toEqual([]);
  });

  test('replayed as a script', async () => {
    const path = source();
    const words = [
      'run',
      '--show=script',
      '--name',
      'shown',
      '-v',
      `${path}:/m:O`,
      BUSYBOX,
      'sh',
      '-c',
      'cat /m/file; touch /m/x; ls /m',
    ];
    const script = await says(...words);
    const { stdout, exitCode } = Bun.spawnSync(['sh'], { stdin: Buffer.from(script) });
    expect([stdout.toString(), exitCode]).toEqual(['oldbelow\nfile\nx\n', 0]);
    expect([names(path), mountsBelow()]).toEqual([['below', 'file'], []]);
  });
});

describe('U', () => {
  test('the source and all in it belong to who runs inside; what a link leads to does not', async () => {
    const [path, elsewhere] = [source(), source()];
    symlinkSync(elsewhere, `${path}/link`);
    chownSync(`${path}/file`, 41, 42);
    chmodSync(`${path}/file`, 0o4755);
    lchownSync(`${path}/below`, 7, 7);
    expect(await run('-u', '41:42', '-v', `${path}:/m:U`, BUSYBOX, 'sh', '-c', 'touch /m/mine && id -u')).toBe('41');
    const files = ['', '/file', '/below', '/below/file', '/link'].map((name) => owner(path + name));
    expect(files).toEqual(Array.from({ length: 5 }, () => '41:42'));
    // It was theirs already: nothing took its set-user-ID bit away.
    expect([lstatSync(`${path}/file`).mode & 0o7777, owner(elsewhere)]).toEqual([0o4755, '0:0']);
  });

  test('by the ids that it has on the host; with idmap those that it sees', async () => {
    const path = source();
    await run(...MAPS, '-u', '5', '-v', `${path}:/m:U`, BUSYBOX, 'touch', '/m/mine');
    expect([owner(path), owner(`${path}/below/file`), owner(`${path}/mine`)]).toEqual([
      '100005:100000',
      '100005:100000',
      '100005:100000',
    ]);
    await run(...MAPS, '-u', '5', '-v', `${path}:/m:U,idmap`, BUSYBOX, 'touch', '/m/other');
    expect([owner(path), owner(`${path}/mine`), owner(`${path}/other`)]).toEqual(['5:0', '5:0', '5:0']);
  });

  test('a volume, a tmpfs, a file; over a source it is the overlay that is given', async () => {
    const path = source();
    const stat = (place: string, ...options: string[]) =>
      run('-u', '9:8', ...options, BUSYBOX, 'stat', '-c', '%u:%g', place);
    expect(await stat('/m', '-v', 'given:/m:U')).toBe('9:8');
    expect(await stat('/m', '--mount', 'type=tmpfs,dst=/m,U=true')).toBe('9:8');
    expect(await stat('/m', '-v', `${path}/file:/m:U`)).toBe('9:8');
    expect([owner(`${path}/file`), owner(path)]).toEqual(['9:8', '0:0']);
    expect(await stat('/m/below/file', '-v', `${path}:/m:U,O`)).toBe('9:8');
    expect(owner(`${path}/below/file`)).toBe('0:0');
  });

  // A file system of its own is in its place: nothing is lost where the defence is gone.
  test('not what the machine needs', async () => {
    const through = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /media && exec "$@"', 'sh'];
    const words = ['run', '-u', '9', '--name', 'no', '-v', '/media/../media:/m:U', BUSYBOX, 'true'];
    expect(await limpidWith({ through }, ...words)).toEqual({
      code: 125,
      out: '',
      err: 'Error: cannot give "/media" to a container, for "-v /media/../media:/m:U": the machine itself needs it as it is (hint: mount a directory below it, or leave U out)\n',
    });
    expect(await says('ps', '-aq')).toBe('');
  });
});

describe('an image', () => {
  beforeAll(async () => {
    await says('run', '--name', 'maker', BUSYBOX, 'sh', '-c', 'mkdir /d; echo 1 > /d/x; chown 3:4 /d/x; chmod 700 /d');
    await says('commit', '-q', 'maker', 'one');
    await says('run', '--name', 'more', 'one', 'sh', '-c', 'rm /d/x; echo 2 > /d/y');
    await says('commit', '-q', 'more', 'two');
    await says('rm', 'maker', 'more');
  });

  test('is shown read-only, or with rw to be written to', async () => {
    const mount = (words = '') => ['--mount', `type=image,source=two,destination=/i${words}`];
    expect(await run(...mount(), BUSYBOX, 'ls', '/i/d')).toBe('y');
    expect((await limpid('run', '--rm', ...mount(), BUSYBOX, 'touch', '/i/d/z')).err).toBe(
      'touch: /i/d/z: Read-only file system\n',
    );
    for (let time = 0; time < 2; time++)
      expect(await run(...mount(',rw=true'), BUSYBOX, 'sh', '-c', 'ls /i/d; touch /i/d/z')).toBe('y');
    expect(mountsBelow()).toEqual([]);
  });

  test('with the owners that the container sees', async () => {
    const mount = ['--mount', 'type=image,source=one,destination=/i,rw'];
    const script = 'stat -c %u:%g /i /i/d /i/d/x; touch /i/d/z && stat -c %u:%g /i/d/z';
    expect(await run(...MAPS, ...mount, BUSYBOX, 'sh', '-c', script)).toBe('0:0\n0:0\n3:4\n0:0');
    expect(mountsBelow()).toEqual([]);
  });

  test('is needed by the container, as long as that is there', async () => {
    await says('create', '--name', 'viewer', '--mount', 'type=image,source=two,destination=/i', BUSYBOX, 'ls', '/i/d');
    await says('tag', 'one', 'again');
    const refused = await limpid('rmi', 'two');
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('container "viewer" needs it')]);
    const format = '{{range .Mounts}}{{.Type}} {{.Source}} {{.RW}}{{end}}';
    expect(await says('inspect', '--format', format, 'viewer')).toBe('image localhost/two:latest false');
    expect(await says('start', '-a', 'viewer')).toBe('y');
    await says('rm', 'viewer');
    await says('rmi', 'two');
  });

  test('that nobody has', async () => {
    const words = ['--pull=never', '--name', 'no', '--mount', 'type=image,source=none,destination=/i', BUSYBOX, 'true'];
    expect(await limpid('run', ...words)).toEqual({
      code: 125,
      out: '',
      err: 'Error: cannot find image "none": it is not known here (hint: `limpid images` lists all, `limpid pull` gets another)\n',
    });
    expect(await says('ps', '-aq')).toBe('');
  });
});
