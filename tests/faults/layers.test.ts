/** Disks that are full or read-only, and kills: a layer is there, whole, or it is not. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { hasLayer } from '../../store/layers/layer.ts';
import { receiveLayer } from '../../store/layers/receive-layer.ts';
import { verifyLayer } from '../../store/layers/verify-layer.ts';
import { archive, LayerWorld, layerRequest, startReceiver, type Member } from '../kernel/layer-world.ts';
import { until } from '../cli/until.ts';
import { kill } from '../kill.ts';

const members: Member[] = Array.from({ length: 300 }, (_, index) => ({
  path: `d${index % 7}/f${index}`,
  text: 'x'.repeat(20_000),
}));
const LAYER = archive(members);

describe('a disk', () => {
  let disk: string;
  let world: LayerWorld;
  const runroot = `/tmp/limpid-layer-run-${process.pid}`;
  beforeEach(() => mkdirSync((disk = `/tmp/limpid-layer-disk-${process.pid}`)));
  afterEach(() => {
    rmSync(runroot, { recursive: true, force: true });
    sh(`umount ${disk}`);
    rmdirSync(disk);
  });

  const sh = (script: string): void => {
    const { exitCode, stderr } = Bun.spawnSync(['sh', '-euc', script]);
    if (exitCode !== 0) throw new Error(stderr.toString());
  };
  const prepare = (options: string): void => {
    sh(`mount -t tmpfs -o ${options} limpid-test ${disk}`);
    world = new LayerWorld(disk, runroot);
  };
  const fault = async (layer: Uint8Array = LAYER): Promise<string> => {
    const message = await world.receive(layer).then(
      () => 'received',
      (error: Error) => error.message,
    );
    return message.replace(/^cannot unpack layer sha256:[0-9a-f]{64} of test: /, '');
  };

  test('without room for the layer', async () => {
    prepare('size=4m');
    expect(await fault()).toMatch(new RegExp(`^it has ${LAYER.length} bytes, and \\d+ are free$`));
    expect(world.contents()).toEqual(['staging']);
  });

  test('without room for layer and blob together', async () => {
    prepare('size=9m');
    expect(await fault()).toMatch(/^with "d\d\/f\d+" its files have \d+ bytes, and \d+ are free$/);
    expect(world.contents()).toEqual(['staging']);
    // What its headers do not say: 300 files of one byte take a page each.
    const small = archive(members.map(({ path }) => ({ path, text: 'x' })));
    sh(`mount -o remount,size=1000k ${disk}`);
    expect(await fault(small)).toMatch(/^"d\d\/f\d+": ENOSPC, no space left on device \(hint: .*df/);
    expect(world.contents()).toEqual(['staging']);
    sh(`mount -o remount,size=20m ${disk}`);
    expect(await fault()).toBe('received');
  });

  test('without inodes', async () => {
    prepare('size=50m,nr_inodes=100');
    expect(await fault()).toMatch(
      /^"d\d\/f8\d": ENOSPC, no inodes left \(hint: `df` and `df -i` show which disk is full\)$/,
    );
    expect(world.contents()).toEqual(['staging']);
  });

  test('that is read-only', async () => {
    prepare('size=50m');
    await world.receive(archive([{ path: 'a' }]));
    const before = world.contents();
    sh(`mount -o remount,ro ${disk}`);
    expect(await fault()).toMatch(/^".*": EROFS, read-only file system \(hint: .*\)$/);
    expect(world.contents()).toEqual(before);
  });
});

describe('a kill', () => {
  let world: LayerWorld;
  beforeEach(() => (world = new LayerWorld('/dev/shm')));
  afterEach(() => world.drop());

  test.each([0, 4096, 1_000_000, LAYER.length - 4096, LAYER.length])(
    'behind %i bytes leaves nothing that is seen, and the next one brings the layer',
    async (bytes) => {
      const receiver = await startReceiver(world, LAYER, bytes);
      receiver.process.kill('SIGKILL');
      await receiver.process.exited;
      const request = layerRequest(LAYER);
      expect(hasLayer(world.place, request.diffId)).toBe(false);
      expect(existsSync(world.file('root/images'))).toBe(false);
      await receiveLayer(world.place, request);
      expect(await verifyLayer(world.place, request)).toEqual([]);
      expect(readdirSync(world.file('root/staging'))).toEqual([]);
    },
  );

  test('of the unpacking process is an error, and leaves nothing', async () => {
    const receiver = await startReceiver(world, LAYER, 1_000_000);
    const executors = childrenOf(receiver.process.pid);
    expect(executors.length).toBe(1);
    const jailed = await until('the process in the jail', () => childrenOf(executors[0]!)[0]);
    kill(jailed);
    expect(await receiver.goOn()).toBe(1);
    expect(world.contents()).toEqual(['staging']);
  });
});

function childrenOf(pid: number): number[] {
  const { stdout } = Bun.spawnSync(['pgrep', '-P', String(pid)]);
  return stdout.toString().trim().split('\n').filter(Boolean).map(Number);
}
