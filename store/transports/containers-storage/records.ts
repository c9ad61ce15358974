import { integer, list, object, text } from '../../../spec/decode.ts';
import { badImages, decodeDocument } from '../fault.ts';
import type { ImageFiles } from '../image-files.ts';

const RECORDS_LIMIT_BYTES = 256 * 1024 * 1024;
const ID = /^[0-9a-f]{64}$/;

const images = list(object({ id: text, digest: text, names: list(text), layer: text }, ['id']));
const layers = list(
  object(
    {
      id: text,
      parent: text,
      'diff-digest': text,
      'diff-size': integer(0, Number.MAX_SAFE_INTEGER),
    },
    ['id'],
  ),
);

export interface ImageRecord {
  readonly id: string;
  readonly names?: readonly string[];
  readonly digest?: string;
  /** The topmost. */
  readonly layer?: string;
}

export interface LayerRecord {
  readonly id: string;
  readonly 'diff-digest': string;
  readonly 'diff-size': number;
}

/** `DRIVER-images/images.json` of containers/storage. */
export function readImageRecords(files: ImageFiles, driver: string): readonly ImageRecord[] {
  const path = `${driver}-images/images.json`;
  return decodeDocument(files.name, path, files.document(path, RECORDS_LIMIT_BYTES), images).filter(({ id }) =>
    ID.test(id),
  );
}

/** The layers of an image, the base first. Throws EARCHIVE for a chain that is broken. */
export function readLayerChain(files: ImageFiles, driver: string, top: string | undefined): readonly LayerRecord[] {
  const path = `${driver}-layers/layers.json`;
  if (top === undefined || top === '') return [];
  const all = decodeDocument(files.name, path, files.document(path, RECORDS_LIMIT_BYTES), layers);
  const byId = new Map(all.map((layer) => [layer.id, layer]));
  const chain: LayerRecord[] = [];
  for (let id: string | undefined = top; id !== undefined && id !== ''; id = byId.get(id)!.parent) {
    const layer = ID.test(id) ? byId.get(id) : undefined;
    if (layer === undefined) throw badImages(files.name, `its layer "${id}" is missing`);
    // Each belongs to the chain once: a record that is its own ancestor would never end.
    if (chain.length > byId.size) throw badImages(files.name, 'its layers go round in a circle');
    const { 'diff-digest': digest, 'diff-size': size } = layer;
    if (digest === undefined || size === undefined)
      throw badImages(
        files.name,
        `of its layer "${id}" it does not know the digest: it is a container's or unfinished`,
      );
    chain.unshift({ id, 'diff-digest': digest, 'diff-size': size });
  }
  return chain;
}
