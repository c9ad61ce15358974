/**
 * Archives that try to reach what is not theirs: zip slip and its relatives (CVE-2019-14271, CVE-2021-30465, CVE-2024-1753
 * and many before). Whatever becomes of the archive, nothing outside of the layer's own directory changes.
 */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { UnpackKind } from '../../plan/unpack-records.ts';
import { startJail } from '../../store/layers/jail.ts';
import { RecordStream } from '../../store/layers/record-stream.ts';
import { archive, LayerWorld, type Member } from '../kernel/layer-world.ts';

let world: LayerWorld;
let outside: string;
let before: string;

beforeEach(() => {
  // In memory: each layer is synced, and a disk would make this wait for what others write.
  world = new LayerWorld('/dev/shm');
  outside = world.file('outside');
  mkdirSync(outside, { mode: 0o750 });
  writeFileSync(`${outside}/secret`, 'secret', { mode: 0o600 });
  before = look();
});
afterEach(() => {
  expect(look()).toBe(before);
  world.drop();
});

/** All that an escape could change out there. */
function look(): string {
  const one = (path: string) => {
    const { mode, uid, mtimeMs, ctimeMs, nlink, size } = lstatSync(path);
    return [path, mode, uid, mtimeMs, ctimeMs, nlink, size].join(' ');
  };
  return [outside, ...readdirSync(outside).map((name) => `${outside}/${name}`)].map(one).join('\n');
}

const unpack = async (...members: Member[]): Promise<string> => {
  const { diffId } = await world.receive(archive(members));
  return world.diff(diffId);
};
const fault = (...members: Member[]): Promise<string> =>
  world.receive(archive(members)).then(
    () => 'unpacked',
    (error: Error) => error.message.replace(/layer sha256:[0-9a-f]{64} of test/, 'LAYER'),
  );
const file = (path: string, text = 'x'): Member => ({ path, text });
const symlink = (path: string, target: string): Member => ({ kind: 'symlink', path, target });
const link = (path: string, target: string): Member => ({ kind: 'link', path, target });
const directory = (path: string, mode = 0o755): Member => ({ kind: 'directory', path, mode });

describe('names that lead upwards are refused', () => {
  test.each(['../escaped', 'a/../../escaped', 'a/..', '..', './..', '/../escaped', 'a/b/../c'])('%s', async (path) => {
    expect(await fault(directory('a'), file(path))).toBe(`cannot unpack LAYER: the name "${path}" leads upwards`);
    expect(world.contents()).toEqual(['staging']);
  });

  test('also as the target of a hard link', async () => {
    expect(await fault(link('a', '../outside/secret'))).toBe(
      'cannot unpack LAYER: the link target "../outside/secret" leads upwards',
    );
  });

  test('also of a whiteout', async () => {
    expect(await fault(file('../.wh.x'))).toBe('cannot unpack LAYER: the name "../.wh.x" leads upwards');
    expect(await fault(file('.wh...'))).toBe(
      'cannot unpack LAYER: the whiteout ".wh..." hides nothing that has a name',
    );
  });
});

test('an absolute name is one below the layer', async () => {
  const diff = await unpack(file(`${outside}/secret`, 'mine'), file('//etc///hosts', 'hosts'));
  expect(readFileSync(`${diff}${outside}/secret`, 'utf8')).toBe('mine');
  expect(readFileSync(`${diff}/etc/hosts`, 'utf8')).toBe('hosts');
});

describe('symbolic links', () => {
  test('are not written through: what comes later takes their place', async () => {
    const diff = await unpack(symlink('a', `${outside}/secret`), file('a', 'mine'));
    expect(lstatSync(`${diff}/a`).isFile()).toBe(true);
    expect(readFileSync(`${diff}/a`, 'utf8')).toBe('mine');
  });

  test('lead to nothing outside, absolute or relative', async () => {
    for (const target of [outside, '../'.repeat(40) + outside.slice(1), `/proc/self/root${outside}`, '/proc/self/cwd'])
      expect(await fault(symlink('a', target), file('a/new'))).toBe(
        'cannot unpack LAYER: "a/new": ENOENT, no such file or directory',
      );
    expect(world.contents()).toEqual(['staging']);
  });

  test('lead to what the layer itself has there', async () => {
    const inside = outside.slice(1);
    const diff = await unpack(directory(inside), symlink('a', outside), file('a/new', 'mine'));
    expect(readFileSync(`${diff}${outside}/new`, 'utf8')).toBe('mine');
    expect(readlinkSync(`${diff}/a`)).toBe(outside);
  });

  test('are replaced by a directory of the same name, whose mode is not that of their target', async () => {
    const diff = await unpack(symlink('a', outside), directory('a', 0o777), file('a/secret', 'mine'));
    expect(statSync(`${diff}/a`).mode & 0o777).toBe(0o777);
    expect(readFileSync(`${diff}/a/secret`, 'utf8')).toBe('mine');
  });

  test('in the place of a directory get none of its times, mode and attributes', async () => {
    const acl = new Map([
      ['system.posix_acl_default', Buffer.from('0200000001000700ffffffff04000500ffffffff20000500ffffffff', 'hex')],
    ]);
    const diff = await unpack({ ...directory('a', 0o777), xattrs: acl }, symlink('a', outside));
    expect(readlinkSync(`${diff}/a`)).toBe(outside);
  });

  test('in a ring are an error', async () => {
    expect(await fault(symlink('a', 'b'), symlink('b', 'a'), file('a/x'))).toBe(
      'cannot unpack LAYER: "a/x": ELOOP, a part of its path is no directory',
    );
  });

  test('that replace a directory on the way are what is followed from then on', async () => {
    const diff = await unpack(
      directory('real'),
      directory('a'),
      file('a/first'),
      symlink('a', 'real'),
      file('a/second'),
    );
    expect(readdirSync(`${diff}/real`)).toEqual(['second']);
  });
});

test('a link that an entry behind it replaces is not followed once more', async () => {
  expect(await fault(directory('d'), symlink('d/s', '.'), file('d/s/s'), file('d/s/x'))).toBe(
    'cannot unpack LAYER: "d/s/x": ENOTDIR, a part of its path is no directory',
  );
});

describe('hard links', () => {
  test('to a file outside find none', async () => {
    expect(await fault(link('a', `${outside}/secret`))).toBe(
      'cannot unpack LAYER: "a": ENOENT, the file that it is another name of is not in this layer',
    );
    expect(await fault(symlink('s', outside), link('a', 's/secret'))).toBe(
      'cannot unpack LAYER: "a": ENOENT, the file that it is another name of is not in this layer',
    );
  });

  test('to a symbolic link are the link, and what comes later replaces one name of it', async () => {
    const diff = await unpack(symlink('s', `${outside}/secret`), link('a', 's'), file('a', 'mine'));
    expect(readFileSync(`${diff}/a`, 'utf8')).toBe('mine');
    expect(readlinkSync(`${diff}/s`)).toBe(`${outside}/secret`);
  });

  test('to itself and to a directory are errors', async () => {
    expect(await fault(link('a', 'a'))).toBe(
      'cannot unpack LAYER: "a": ENOENT, the file that it is another name of is not in this layer',
    );
    expect(await fault(directory('d'), link('a', 'd'))).toBe(
      'cannot unpack LAYER: "a": EPERM, operation not permitted',
    );
  });
});

test('the layer’s own root can be nothing but a directory', async () => {
  for (const path of ['.', '/', './', ''])
    expect(await fault(symlink(path, outside))).toBe(
      `cannot unpack LAYER: the entry "${path}" would replace the layer's root`,
    );
});

test('a device is not opened, a FIFO not waited for', async () => {
  const diff = await unpack(
    { kind: 'fifo', path: 'fifo' },
    file('fifo', 'mine'),
    { kind: 'block', path: 'disk', major: 254, minor: 0 },
    directory('disk'),
    { kind: 'char', path: 'tape', major: 10, minor: 200, mode: 0o666 },
    link('other', 'tape'),
  );
  expect(readFileSync(`${diff}/fifo`, 'utf8')).toBe('mine');
  expect(lstatSync(`${diff}/disk`).isDirectory()).toBe(true);
  expect(lstatSync(`${diff}/other`).isCharacterDevice()).toBe(true);
});

describe('the jail holds whatever it is told', () => {
  /** What no archive makes of these: the records that would be sent if nothing were checked before. */
  const sendRecords = async (...records: [UnpackKind, string, string?][]) => {
    const diff = world.file('jail');
    mkdirSync(diff);
    const jail = startJail(await world.place.executor, diff);
    const stream = new RecordStream((bytes) => jail.pipe.write(bytes));
    for (const [kind, path, text] of records) stream.record(kind, path, { mode: 0o755 }, text ?? '');
    stream.record('end', '');
    stream.flush();
    const outcome = await jail.finish().then(
      () => 'done',
      (error: Error) => error.message,
    );
    return { diff, outcome };
  };

  test.each(['../'.repeat(20), '/', '../../../../../../../../../../../../'])('a path behind %s', async (prefix) => {
    const path = `${prefix}${outside.slice(1)}/new`;
    const { diff, outcome } = await sendRecords(['file', path], ['finish', '']);
    expect(outcome).toBe('done');
    expect(existsSync(`${diff}${outside}/new`)).toBe(true);
  });

  test('a hard link from outside', async () => {
    const { outcome } = await sendRecords(['link', 'a', '../'.repeat(20) + `${outside.slice(1)}/secret`]);
    expect(outcome).toBe(
      'cannot unpack "a" of a layer: ENOENT, the file that it is another name of is not in this layer',
    );
  });

  test.each(['..', 'a/..', '.', ''])('a name that is no name: "%s"', async (path) => {
    const { diff, outcome } = await sendRecords(['file', path]);
    expect(outcome).toMatch(/^cannot unpack .*: EINVAL, invalid argument$/);
    expect(readdirSync(diff)).toEqual([]);
  });

  test('bytes that are no records', async () => {
    const diff = world.file('jail');
    mkdirSync(diff);
    const jail = startJail(await world.place.executor, diff);
    jail.pipe.write(new Uint8Array(4096).fill(0xff));
    expect(await jail.finish().catch((error: Error) => error.message)).toBe(
      'cannot unpack a layer: EBADMSG, bad message',
    );
  });
});
