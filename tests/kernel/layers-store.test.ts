/** How layers come into the store, are checked there, and mended. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { blobPath } from '../../store/place.ts';
import { hasLayer, readLayerFacts } from '../../store/layers/layer.ts';
import { tryLockLayer } from '../../store/layers/layer-lock.ts';
import { receiveLayer } from '../../store/layers/receive-layer.ts';
import { repairLayer } from '../../store/layers/repair-layer.ts';
import { verifyLayer } from '../../store/layers/verify-layer.ts';
import { archive, LayerWorld, layerRequest, sha256, startReceiver, streamOf } from './layer-world.ts';

let world: LayerWorld;
beforeEach(() => (world = new LayerWorld()));
afterEach(() => world.drop());

const LAYER = archive([
  { kind: 'directory', path: 'd' },
  { path: 'd/a', text: 'a'.repeat(200_000) },
  { path: 'd/b', text: 'b', xattrs: new Map([['user.x', Buffer.from('y')]]) },
  { kind: 'link', path: 'c', target: 'd/b' },
  { kind: 'symlink', path: 's', target: 'c' },
]);
const never = () => Promise.reject(new Error('asked the network'));

describe('forms of one layer', () => {
  const half = LAYER.length >> 1;
  test.each<[string, Uint8Array]>([
    ['plain', LAYER],
    ['gzip', gzipSync(LAYER)],
    ['gzip in two members', Buffer.concat([gzipSync(LAYER.subarray(0, half)), gzipSync(LAYER.subarray(half))])],
    ['zstd', zstdCompressSync(LAYER)],
    [
      'zstd in two frames',
      Buffer.concat([zstdCompressSync(LAYER.subarray(0, half)), zstdCompressSync(LAYER.subarray(half))]),
    ],
    [
      'zstd behind a frame to skip',
      Buffer.concat([Buffer.from('502a4d180400000061626364', 'hex'), zstdCompressSync(LAYER)]),
    ],
  ])('%s', async (_, blob) => {
    // In pieces of one byte at first: nothing depends on where the network cuts.
    const open = () => Promise.resolve(streamOf(blob, blob.length > 2000 ? 997 : 1));
    const { descriptor, diffId } = await world.receive(blob, LAYER, { open });
    expect(await verifyLayer(world.place, { descriptor, diffId })).toEqual([]);
    expect(readFileSync(blobPath(world.place, descriptor.digest))).toEqual(Buffer.from(blob));
    expect(readLayerFacts(world.place, diffId)).toEqual({
      diffId,
      blob: descriptor.digest,
      sizeBytes: LAYER.length,
      entries: 5,
    });
    expect(world.contents().filter((path) => path.startsWith('staging'))).toEqual(['staging']);
  });

  test('another form of a layer that is there adds its blob', async () => {
    const { diffId } = await world.receive(gzipSync(LAYER), LAYER);
    const before = statSync(world.diff(diffId)).ino;
    const { descriptor } = await world.receive(zstdCompressSync(LAYER), LAYER);
    expect(statSync(world.diff(diffId)).ino).toBe(before);
    expect(await verifyLayer(world.place, { descriptor, diffId })).toEqual([]);
  });

  test('a blob that is there needs no network, unless it is damaged', async () => {
    const blob = gzipSync(LAYER);
    const { descriptor, diffId } = await world.receive(blob, LAYER);
    rmSync(world.diff(diffId).replace(/\/diff$/, ''), { recursive: true });
    await world.receive(blob, LAYER, { open: never });
    expect(await verifyLayer(world.place, { descriptor, diffId })).toEqual([]);
    rmSync(world.diff(diffId).replace(/\/diff$/, ''), { recursive: true });
    truncateSync(blobPath(world.place, descriptor.digest), 100);
    await world.receive(blob, LAYER);
    expect(await verifyLayer(world.place, { descriptor, diffId })).toEqual([]);
  });
});

describe('a layer is brought once', () => {
  test('by two who ask at the same time', async () => {
    let opened = 0;
    const request = layerRequest(LAYER);
    const open = () => (opened++, request.open());
    await Promise.all([1, 2, 3].map(() => receiveLayer(world.place, { ...request, open })));
    expect(opened).toBe(1);
  });

  test('the second goes on where the first fails', async () => {
    const request = layerRequest(LAYER);
    const failing = receiveLayer(world.place, { ...request, open: never });
    const second = receiveLayer(world.place, request);
    expect(await failing.catch((error: Error) => error.message)).toBe('asked the network');
    await second;
    expect(hasLayer(world.place, request.diffId)).toBe(true);
  });

  test('by another process: who comes later waits, and finds it', async () => {
    const receiver = await startReceiver(world, LAYER, 8192);
    const request = layerRequest(LAYER);
    let asked = false;
    const waiting = receiveLayer(world.place, { ...request, open: () => ((asked = true), request.open()) });
    expect(tryLockLayer(world.place, request.diffId)).toBe('busy');
    expect(await receiver.goOn()).toBe(0);
    await waiting;
    expect([asked, hasLayer(world.place, request.diffId)]).toEqual([false, true]);
  });

  test('an abort ends the waiting', async () => {
    const request = layerRequest(LAYER);
    const lock = tryLockLayer(world.place, request.diffId);
    const abort = new AbortController();
    const waiting = receiveLayer(world.place, { ...request, signal: abort.signal });
    abort.abort(new Error('enough'));
    expect(await waiting.catch((error: Error) => error.message)).toBe('enough');
    if (lock !== 'busy') lock.release();
  });
});

describe('damage is named, and mended', () => {
  const damages: [string, (diff: string) => void, { path?: string; what: string }[]][] = [
    ['a flipped byte', (diff) => flip(`${diff}/d/a`), [{ path: 'd/a', what: 'has other contents' }]],
    ['a file cut off', (diff) => truncated(`${diff}/d/a`), [{ path: 'd/a', what: 'has 5 bytes, not 200000' }]],
    ['a missing file', (diff) => rmSync(`${diff}/s`), [{ path: 's', what: 'is missing' }]],
    [
      'a new file',
      (diff) => kept(diff, () => writeFileSync(`${diff}/extra`, '')),
      [{ path: 'extra', what: 'is in no archive' }],
    ],
    ['a mode', (diff) => chmodSync(`${diff}/d/a`, 0o600), [{ path: 'd/a', what: 'has mode 0600, not 0644' }]],
    ['a time', (diff) => utimesSync(`${diff}/d/a`, 1, 1), [{ path: 'd/a', what: 'was changed at another time' }]],
    [
      'a file without its other name',
      (diff) => kept(diff, () => (rmSync(`${diff}/c`), writeFileSync(`${diff}/c`, 'b'))),
      [{ path: 'c', what: 'is not the same file as its other name' }],
    ],
  ];
  test.each(damages)('%s', async (_, damage, expected) => {
    const request = await world.receive(gzipSync(LAYER), LAYER);
    damage(world.diff(request.diffId));
    expect(await verifyLayer(world.place, request)).toEqual(expected);
    await repairLayer(world.place, { ...request, open: never });
    expect(await verifyLayer(world.place, request)).toEqual([]);
    expect(readdirSync(world.file('root/staging'))).toEqual([]);
  });

  test('of the blob: repaired from the network', async () => {
    const blob = gzipSync(LAYER);
    const request = await world.receive(blob, LAYER);
    flip(blobPath(world.place, request.descriptor.digest));
    const [damage] = await verifyLayer(world.place, request);
    expect(damage!.what).toStartWith(`blob ${request.descriptor.digest} is damaged: `);
    await expect(repairLayer(world.place, { ...request, open: never })).rejects.toThrow('asked the network');
    await repairLayer(world.place, request);
    expect(await verifyLayer(world.place, request)).toEqual([]);
  });

  test('what is missing altogether', async () => {
    const request = await world.receive(LAYER);
    rmSync(world.file('root/layers'), { recursive: true });
    expect(await verifyLayer(world.place, request)).toEqual([{ what: 'the unpacked layer is missing' }]);
    rmSync(world.file('root/images'), { recursive: true });
    expect(await verifyLayer(world.place, request)).toEqual([
      { what: 'the unpacked layer is missing' },
      { what: `blob ${sha256(LAYER)} is missing` },
    ]);
    await repairLayer(world.place, request);
    expect(await verifyLayer(world.place, request)).toEqual([]);
  });
});

function flip(path: string): void {
  const { atime, mtime } = statSync(path);
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
  utimesSync(path, atime, mtime);
}

function truncated(path: string): void {
  const { atime, mtime } = statSync(path);
  truncateSync(path, 5);
  utimesSync(path, atime, mtime);
}

/** The directory itself is not what is looked for here. */
function kept(directory: string, change: () => void): void {
  const { atime, mtime } = statSync(directory);
  change();
  utimesSync(directory, atime, mtime);
}

test('what cannot be is told at once, however long the network keeps silent', async () => {
  const header = archive([{ path: 'large', size: 2 ** 50, dataSize: 2 ** 50 }]);
  let silence: Timer | undefined;
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(header);
      silence = setTimeout(() => controller.close(), 20_000);
    },
    cancel() {
      clearTimeout(silence);
      isCancelled = true;
    },
  });
  const descriptor = { mediaType: '', digest: sha256(header), size: 2 ** 30 };
  const request = { ...layerRequest(header), descriptor, open: () => Promise.resolve(stream) };
  await expect(receiveLayer(world.place, request)).rejects.toMatchObject({ code: 'ELAYERSIZE' });
  expect(isCancelled).toBe(true);
});
