/** The layers of one image on their way into the store: side by side, and all or none. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import type { Descriptor } from '../../spec/image.ts';
import type { ImageSource } from '../../spec/image-transport.ts';
import { receiveLayers } from '../../store/images/receive-layers.ts';
import { hasLayer } from '../../store/layers/layer.ts';
import { archive, LayerWorld, layerRequest, streamOf } from './layer-world.ts';

setDefaultTimeout(120_000);

let world: LayerWorld;
beforeEach(() => (world = new LayerWorld()));
afterEach(() => world.drop());

const SIDE_BY_SIDE = 3;
const BLOBS = [1, 2, 3, 4, 5].map((at) => archive([{ path: `file-${at}`, text: 'x'.repeat(at * 1000) }]));
const REQUESTS = BLOBS.map((blob) => layerRequest(blob));
const LAYERS = { layers: REQUESTS.map(({ descriptor }) => descriptor), diffIds: REQUESTS.map(({ diffId }) => diffId) };

/** A source that answers nobody before three have asked. */
function source(answer: (at: number) => ReadableStream<Uint8Array>) {
  const asked: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const late = Bun.sleep(60_000).then(() => Promise.reject(new Error(`only ${asked.length} were asked for at once`)));
  late.catch(() => {});
  const blob = async ({ digest }: Descriptor) => {
    const at = LAYERS.layers.findIndex((layer) => layer.digest === digest);
    asked.push(at);
    if (asked.length === SIDE_BY_SIDE) resolve();
    await Promise.race([promise, late]);
    return answer(at);
  };
  const opened: ImageSource = { name: 'test', manifest: () => Promise.reject(new Error('no')), blob, async close() {} };
  return { opened, asked };
}

test('three are asked for before the first has come, and all come', async () => {
  const { opened, asked } = source((at) => streamOf(BLOBS[at]!));
  const progress: string[] = [];
  await receiveLayers(world.place, opened, LAYERS, {
    begin: (layers) => progress.push(`begin ${layers.length}`),
    received() {},
    done: (layer, was) => progress.push(`${LAYERS.layers.indexOf(layer)} ${was}`),
  });
  expect(asked.toSorted()).toEqual([0, 1, 2, 3, 4]);
  expect(progress[0]).toBe('begin 5');
  expect(progress.slice(1).toSorted()).toEqual([0, 1, 2, 3, 4].map((at) => `${at} received`));
  expect(LAYERS.diffIds.map((diffId) => hasLayer(world.place, diffId))).toEqual(BLOBS.map(() => true));
});

test('the first failure ends the others, and no further one is begun', async () => {
  let ended = 0;
  const { opened, asked } = source((at) => {
    if (at === 1) throw new Error('the second does not come');
    return new ReadableStream({ pull: () => new Promise(() => {}), cancel: () => void ended++ });
  });
  const failure = await receiveLayers(world.place, opened, LAYERS).catch((error: Error) => error.message);
  expect([failure, ended, asked.length]).toEqual(['the second does not come', 2, SIDE_BY_SIDE]);
  expect(world.contents().filter((path) => path.startsWith('staging/') || path.startsWith('layers/'))).toEqual([]);
});
