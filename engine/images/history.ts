import type { Digest, ImageHistory } from '../../spec/image.ts';
import { layerBytes } from '../../store/images/layer-bytes.ts';
import type { World } from '../world.ts';
import { findImage, tagsOf } from './find.ts';
import { imageConfig } from './image-config.ts';

/** One step in the making of an image. */
export interface HistoryStep extends ImageHistory {
  /** Of the image, in the step that made it whole; the steps before it have none, as nobody keeps them. */
  readonly id?: Digest;
  readonly tags: readonly string[];
  /** Bytes that it added. */
  readonly sizeBytes: number;
}

/** The steps that made an image, the newest first. Layers that no step speaks of have one without words. Throws ENOIMAGE. */
export function imageHistory(world: World, text: string): HistoryStep[] {
  const image = findImage(world, text);
  const { rootfs, history = [] } = imageConfig(world, image.id);
  const diffIds = [...rootfs.diff_ids];
  const steps = history.map((step): HistoryStep => {
    const diffId = step.empty_layer ? undefined : diffIds.shift();
    return { ...step, tags: [], sizeBytes: diffId === undefined ? 0 : layerBytes(world, diffId) };
  });
  for (const diffId of diffIds) steps.push({ tags: [], sizeBytes: layerBytes(world, diffId) });
  const newestFirst = steps.toReversed();
  const [newest, ...older] = newestFirst;
  return newest === undefined ? [] : [{ ...newest, id: image.id, tags: tagsOf(image) }, ...older];
}
