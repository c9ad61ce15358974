/** Whiteouts and opaque directories, as archives write them and as overlayfs has them. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, statSync } from 'node:fs';
import { packLayer } from '../../store/layers/pack.ts';
import { storeLayer } from '../../store/layers/store-layer.ts';
import { verifyLayer } from '../../store/layers/verify-layer.ts';
import { archive, LayerWorld, sha256, type Member } from './layer-world.ts';

let world: LayerWorld;
let mounted = false;
beforeEach(() => {
  world = new LayerWorld();
  for (const name of ['upper', 'work', 'merged']) mkdirSync(world.file(name));
});
afterEach(() => {
  if (mounted) sh('umount merged');
  mounted = false;
  world.drop();
});

function sh(script: string): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['sh', '-euc', script], { cwd: world.path });
  if (exitCode !== 0) throw new Error(stderr.toString());
  return stdout.toString().trim();
}

/** Layers on each other, the base first, below a writable one. */
function mount(diffIds: readonly string[]): void {
  const lower = diffIds.toReversed().map((diffId) => world.diff(diffId));
  sh(`mount -t overlay -o lowerdir=${lower.join(':')},upperdir=upper,workdir=work overlay merged`);
  mounted = true;
}

const layer = async (...members: Member[]): Promise<string> => {
  const { descriptor, diffId } = await world.receive(archive(members));
  expect(await verifyLayer(world.place, { descriptor, diffId })).toEqual([]);
  return diffId;
};
const directory = (path: string): Member => ({ kind: 'directory', path });
const BASE = ['d/one', 'd/two', 'd/sub/three', 'e/four'].map((path) => ({ path, text: path }));
const seen = () => sh('cd merged && find . -type f | sort').split('\n');

describe('what a layer hides of those below', () => {
  test.each<[string, Member[], string[]]>([
    ['a file', [{ path: 'd/.wh.one' }], ['./d/sub/three', './d/two', './e/four']],
    ['a directory', [{ path: '.wh.d' }], ['./e/four']],
    [
      'all that was in a directory',
      [directory('d'), { path: 'd/.wh..wh..opq' }, { path: 'd/new' }],
      ['./d/new', './e/four'],
    ],
    [
      'the same, the mark last',
      [directory('d'), { path: 'd/new' }, { path: 'd/.wh..wh..opq' }],
      ['./d/new', './e/four'],
    ],
    ['the same, without an entry for the directory', [{ path: 'd/.wh..wh..opq' }], ['./e/four']],
    ['a directory that it makes anew', [{ path: '.wh.d' }, directory('d'), { path: 'd/new' }], ['./d/new', './e/four']],
    ['the same, the mark last', [directory('d'), { path: 'd/new' }, { path: '.wh.d' }], ['./d/new', './e/four']],
    [
      'a file that it makes anew',
      [{ path: 'e/.wh.four' }, { path: 'e/four', text: 'x' }],
      ['./d/one', './d/sub/three', './d/two', './e/four'],
    ],
    [
      'what is not there',
      [{ path: 'd/.wh.nothing' }, { path: 'x/y/.wh.z' }],
      ['./d/one', './d/sub/three', './d/two', './e/four'],
    ],
    [
      'nothing for aufs’ own files',
      [{ path: '.wh..wh.plnk/1' }, { path: '.wh..wh.aufs' }],
      ['./d/one', './d/sub/three', './d/two', './e/four'],
    ],
  ])('%s', async (_, members, left) => {
    mount([await layer(...BASE), await layer(...members)]);
    expect(seen().filter((path) => !path.includes('.wh.'))).toEqual(left);
  });
});

test('what a container changed becomes a layer that changes the same', async () => {
  const base = await layer(directory('d'), directory('d/sub'), directory('e'), ...BASE);
  mount([base]);
  sh(`cd merged
    rm d/one; echo new >d/two; rm -r d/sub; mkdir d/sub; echo x >d/sub/new
    rm -r e; echo file >e; ln e other-e; ln -s e link; mkfifo pipe
    mkdir -m 1777 tmp; touch -d '2020-02-02 02:02:02.000000002' tmp; chown 5:6 d
    setfattr -n user.a -v b e`);
  const before = sh('cd merged && find . | sort; cat d/two d/sub/new e; getfattr -d e');
  sh('umount merged');
  mounted = false;
  const { descriptor, diffId } = await storeLayer(world.place, packLayer(world.file('upper')), { name: 'test' });
  expect(await verifyLayer(world.place, { descriptor, diffId })).toEqual([]);
  const names = sh(`gzip -dc root/images/blobs/${descriptor.digest.replace(':', '/')} | tar -t`).split('\n');
  expect(names).toEqual([
    'd/',
    'd/.wh.one',
    'd/sub/',
    'd/sub/.wh..wh..opq',
    'd/sub/new',
    'd/two',
    'e',
    'link',
    'other-e',
    'pipe',
    'tmp/',
  ]);
  sh('rm -r upper work && mkdir upper work');
  mount([base, diffId]);
  expect(sh('cd merged && find . | sort; cat d/two d/sub/new e; getfattr -d e')).toBe(before);
  expect(statSync(world.file('merged/e')).nlink).toBe(2);
  expect([statSync(world.file('merged/d')).uid, statSync(world.file('merged/d')).gid]).toEqual([5, 6]);
  expect(sh('stat -c "%a %Y %y" merged/tmp')).toStartWith('1777 1580608922 2020-02-02 02:02:02.000000002');
});

describe('packing', () => {
  const packed = async (options = {}) =>
    Buffer.from(await new Response(packLayer(world.file('upper'), options)).bytes());

  test('is the same each time, and follows nothing', async () => {
    sh('mkdir -p upper/b upper/a; echo x >upper/b/x; ln -s /etc upper/b/etc; ln -s ../../.. upper/up; mkfifo upper/f');
    const first = await packed();
    sh('cp -a upper copy; rm -r upper; mv copy upper');
    expect(sha256(await packed())).toBe(sha256(first));
    await Bun.write(world.file('packed.tar'), first);
    expect(sh('tar -tf packed.tar').split('\n')).toEqual(['a/', 'b/', 'b/etc', 'b/x', 'f', 'up']);
  });

  test('counts owners as the container does, and leaves out what it is told to', async () => {
    sh('mkdir upper/proc; touch upper/proc/x upper/a upper/b; chown 100000:100005 upper/a; chown 99999:165536 upper/b');
    const map = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const bytes = await packed({ uidMappings: map, gidMappings: map, leaveOut: (path: string) => path === 'proc' });
    await Bun.write(world.file('packed.tar'), bytes);
    expect(sh(`tar --numeric-owner -tvf packed.tar | awk '{ print $2, $6 }'`)).toBe('0/5 a\n99999/165536 b');
  });

  test('leaves sockets and other file systems out, and refuses what it cannot say', async () => {
    sh('mkdir upper/m; touch upper/m/hidden; mount -t tmpfs limpid-test upper/m');
    try {
      await Bun.write(world.file('packed.tar'), await packed());
      expect(sh('tar -tf packed.tar')).toBe('');
    } finally {
      sh('umount upper/m; rm -r upper/m');
    }
    sh('touch upper/.wh.x');
    await expect(packed()).rejects.toThrow('cannot pack ".wh.x": its name would hide another file');
    sh('rm upper/.wh.x; mkdir upper/d; setfattr -n trusted.overlay.redirect -v /e upper/d');
    await expect(packed()).rejects.toThrow(
      'cannot pack "d": overlayfs keeps its contents elsewhere (trusted.overlay.redirect)',
    );
  });

  test('a file that shrinks meanwhile keeps its length', async () => {
    sh('head -c 3000000 /dev/zero | tr "\\0" x >upper/a; echo b >upper/b');
    const reader = packLayer(world.file('upper')).getReader();
    const pieces = [(await reader.read()).value!];
    sh(': >upper/a');
    for (let next = await reader.read(); !next.done; next = await reader.read()) pieces.push(next.value);
    await Bun.write(world.file('packed.tar'), Buffer.concat(pieces));
    expect(sh('tar -xOf packed.tar a | wc -c; tar -xOf packed.tar b')).toBe('3000000\nb');
  });
});
