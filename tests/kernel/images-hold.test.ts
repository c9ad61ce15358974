/** A container being made of an image that is being removed, step by step: each looks again after it has written. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { Engine, containerConfig } from '../../engine/index.ts';
import { adoptImage } from '../../engine/images/adopt-image.ts';
import { recordWithImage } from '../../engine/images/hold-image.ts';
import { listImages } from '../../engine/images/list.ts';
import { deleteImage } from '../../engine/images/remove.ts';
import { createRecord } from '../../engine/records/write.ts';
import { removeRecord } from '../../engine/containers/remove.ts';
import type { ContainerConfig } from '../../engine/config.ts';
import { lockEntries } from '../../store/images/index-file.ts';
import { receiveImage } from '../../store/images/receive-image.ts';
import { hostPlatform } from '../../engine/images/host-platform.ts';
import { imageOf, sha256, tar } from '../image-archive.ts';

const directory = mkdtempSync('/tmp/limpid-hold-');
const { world } = new Engine({ root: `${directory}/root`, runroot: `${directory}/run` });
const NAME = 'localhost/held:1';
let config: ContainerConfig;

beforeAll(async () => {
  const { config: words, layers } = imageOf([tar([{ path: 'x', data: 'x' }])]);
  const [layer] = layers;
  const describe = (mediaType: string, bytes: string | Uint8Array) => ({
    mediaType: `application/vnd.oci.image.${mediaType}`,
    digest: sha256(bytes),
    size: Buffer.byteLength(bytes),
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: describe('config.v1+json', words),
    layers: [describe('layer.v1.tar', layer!)],
  });
  const source = {
    name: 'memory',
    manifest: async () => ({
      bytes: new TextEncoder().encode(manifest),
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: sha256(manifest),
    }),
    blob: async ({ digest }: { digest: string }) =>
      new Blob([digest === sha256(words) ? words : (layer as Uint8Array<ArrayBuffer>)]).stream(),
    async close() {},
  };
  await receiveImage(world, source, { platform: hostPlatform(), names: [NAME] });
  config = await adoptImage(world, containerConfig({ image: NAME, name: 'c', command: ['x'] }));
});
afterAll(() => rmSync(directory, { recursive: true }));

const images = () => listImages(world).length;

test('an image that goes while the record is written: the container is not made, and nothing of it is left', async () => {
  const { entries } = lockEntries(world, ({ entries }) => ({ entries }));
  const write = () => {
    lockEntries(world, ({ replace }) => replace([]));
    return createRecord(world, config);
  };
  expect(await recordWithImage(world, config, write).catch((error: Error) => error.message)).toBe(
    `cannot find image "${NAME}": it is not known here (hint: \`limpid images\` lists all, \`limpid pull\` gets another)`,
  );
  expect(new Engine(world).list()).toEqual([]);
  lockEntries(world, ({ replace }) => replace(entries));
});

test('another image that comes or goes meanwhile does not matter', async () => {
  const write = () => {
    lockEntries(world, ({ entries, replace }) => replace([...entries]));
    return createRecord(world, config);
  };
  const record = await recordWithImage(world, config, write);
  expect(images()).toBe(1);
  await removeRecord(world, record);
  record.lock.release();
});

test('a container that is made while its image goes: the image stays', () => {
  const [image] = listImages(world);
  let made: ReturnType<typeof createRecord> | undefined;
  const remove = () =>
    lockEntries(world, (locked) => {
      const replace = (changed: Parameters<typeof locked.replace>[0]) => {
        locked.replace(changed);
        made ??= createRecord(world, config);
      };
      return deleteImage(world, { entries: locked.entries, replace }, image!);
    });
  expect(remove).toThrow('container "c" needs it');
  made!.lock.release();
  expect(images()).toBe(1);
});
