import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { packTree } from '../../store/layers/pack.ts';
import { verifyLayer } from '../../store/layers/verify-layer.ts';
import { LayerWorld, sha256 } from './layer-world.ts';

let world: LayerWorld;
beforeEach(() => (world = new LayerWorld()));
afterEach(() => world.drop());

const sh = (script: string): string => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['sh', '-euc', script], { cwd: world.path });
  if (exitCode !== 0) throw new Error(stderr.toString());
  return stdout.toString();
};

/** One of everything that a root file system may have. */
const TREE = `
  long=long/$(printf 'd%.0s' $(seq 90))/$(printf 'e%.0s' $(seq 200))
  mkdir -p tree/dir/empty "tree/$(printf 'n\\351')" tree/$long
  cd tree
  echo text >file; ln file dir/other-name; ln -s ../file dir/link; ln -s /nowhere dangling
  echo long >$long/$(printf 'f%.0s' $(seq 240))
  ln -s $(printf 'l%.0s' $(seq 300)) long/link
  echo latin >"$(printf 'n\\351')/$(printf '\\377')"
  printf x >setuid; chown 12:34 setuid; chmod 6755 setuid; printf x >sticky; chmod 1644 sticky
  mkfifo fifo; mknod null c 1 3; mknod loop b 7 200; chmod 600 loop
  chown -h 3000000:4000000 dangling; chown 3000000:0 dir
  truncate -s 3M sparse; printf middle | dd of=sparse bs=1 seek=1500000 conv=notrunc status=none
  truncate -s 100000 holes-only
  for at in $(seq 30); do printf x | dd of=holes bs=1 seek=$((at * 100000)) conv=notrunc status=none; done
  : >empty-file
  setfattr -n user.note -v hello file; setfattr -n trusted.binary -v 0x00ff00fe file; setfattr -n user.d -v 1 dir
  setfattr -n 'user.k=v%3D%' -v a=b file
  setcap cap_net_raw,cap_sys_admin=ep setuid 2>/dev/null || :
  printf x >capable; setcap cap_net_bind_service=ep capable
  setfacl -m u:1234:rx,d:u:77:rwx dir; setfacl -m g:55:r file
  touch -d '2001-02-03 04:05:06.123456789 UTC' file dir/link dir; touch -h -d '1960-01-02 03:04:05.5 UTC' dangling
  chmod 0700 dir/empty; chmod 02775 long
  cd ..
`;

const digestOf = async (stream: ReadableStream<Uint8Array>) => sha256(await new Response(stream).bytes());

describe('a tree comes back as it was', () => {
  // Each dialect keeps what it can: the rest is given up by the program that writes it.
  test.each([
    '--format=posix',
    '--format=gnu',
    '--format=posix --sparse',
    '--format=gnu --sparse',
    '--format=posix --sparse --sparse-version=0.0',
    '--format=posix --sparse --sparse-version=0.1',
  ])('tar %s', async (options) => {
    sh(
      `${TREE} tar ${options} ${options.includes('gnu') ? '' : "--xattrs --xattrs-include='*'"} --numeric-owner -C tree -cf layer.tar .`,
    );
    const { descriptor, diffId } = await world.receive(readFileSync(world.file('layer.tar')));
    expect(await verifyLayer(world.place, { descriptor, diffId })).toEqual([]);
    // What GNU tar makes of its own archive.
    sh(`mkdir back; tar --xattrs --xattrs-include='*' --numeric-owner -p -C back -xf layer.tar`);
    expect(await digestOf(packTree(world.diff(diffId)))).toBe(await digestOf(packTree(world.file('back'))));
  });

  // Without what these cannot say; GNU's keeps owners above two million in base 256.
  test.each(['v7', 'ustar', 'oldgnu'])('tar --format=%s', async (format) => {
    sh(`mkdir -p tree/d; cd tree; echo x >d/a; ln d/a b; ln -s a d/s; chmod 4750 b; touch -d @1000000000 d/a; mkfifo d/f
      ${format === 'v7' ? 'rm d/f' : 'mknod n c 1 3'}; ${format === 'oldgnu' ? 'chown 5000000:6000000 n' : ':'}
      cd ..; tar --format=${format} --numeric-owner -C tree -cf layer.tar .`);
    const { descriptor, diffId } = await world.receive(readFileSync(world.file('layer.tar')));
    expect(await verifyLayer(world.place, { descriptor, diffId })).toEqual([]);
    sh('mkdir back; tar --numeric-owner -p -C back -xf layer.tar');
    expect(await digestOf(packTree(world.diff(diffId)))).toBe(await digestOf(packTree(world.file('back'))));
  });

  test('tar --acls writes access lists as text', async () => {
    sh(`mkdir tree; cd tree; echo x >a; setfacl -m u:1234:rx,g:77:w a; mkdir d; setfacl -m d:u:4321:rwx d
      cd ..; tar --acls --numeric-owner -C tree -cf layer.tar .`);
    const { diffId } = await world.receive(readFileSync(world.file('layer.tar')));
    const lists = (place: string) => sh(`cd ${place} && getfacl -n a d`);
    expect(lists(world.diff(diffId))).toBe(lists('tree'));
    expect(lists('tree')).toContain('user:1234:r-x');
  });

  test('our own archive', async () => {
    sh(TREE);
    const packed = await new Response(packTree(world.file('tree'))).bytes();
    const { diffId } = await world.receive(packed);
    expect(sha256(await new Response(packTree(world.diff(diffId))).bytes())).toBe(sha256(packed));
    // GNU tar reads it as we do.
    writeFileSync(world.file('ours.tar'), packed);
    mkdirSync(world.file('back'));
    sh(`tar --xattrs --xattrs-include='*' --numeric-owner -p -C back -xf ours.tar`);
    expect(await digestOf(packTree(world.file('back')))).toBe(sha256(packed));
    expect(statSync(world.file('back/sparse')).size).toBe(3 << 20);
  });
});
