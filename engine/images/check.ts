import { LimpidError } from '../../base/error.ts';
import { isIndexType } from '../../spec/image-parse.ts';
import type { Descriptor, Digest, ImageConfig, ImageManifest } from '../../spec/image.ts';
import { hasBlob, readDocument } from '../../store/images/blobs.ts';
import type { ImageEntry } from '../../store/images/entry.ts';
import { readEntries } from '../../store/images/index-file.ts';
import { hasLayer } from '../../store/layers/layer.ts';
import { verifyLayer } from '../../store/layers/verify-layer.ts';
import type { World } from '../world.ts';
import { shortId } from './find.ts';
import { Mender, type MendOptions } from './mend.ts';

export interface CheckOptions extends MendOptions {
  /** Only whether everything is there. */
  readonly quick?: boolean;
  readonly repair?: boolean;
}

/** One part of the store that is not as it should be. */
export interface Damage {
  /** `layer sha256:…`, `config sha256:…` */
  readonly part: string;
  readonly why: string;
  /** Names, or ids, of the images that need it. */
  readonly images: readonly string[];
  /** Whether it is whole again; where it was tried and is not, why. */
  readonly repaired?: boolean;
  readonly failure?: string;
}

export interface CheckReport {
  readonly images: number;
  readonly layers: number;
  readonly damages: readonly Damage[];
}

interface Layer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
}

/**
 * Verifies every document and every layer of the store against its digest, and every unpacked file against its archive.
 * With `repair` what is damaged is made anew: from the blob that is kept, or from where its image came. Throws ESTORE.
 */
export async function checkStore(
  world: World,
  options: CheckOptions = {},
  found: (damage: Damage) => void = () => {},
): Promise<CheckReport> {
  const entries = readEntries(world);
  const mender = new Mender(world, options);
  const damages: Damage[] = [];
  const layers = new Map<string, Layer & { readonly entries: ImageEntry[] }>();
  const note = async (part: string, why: string, needing: readonly ImageEntry[], mend: () => Promise<void>) => {
    const damage = { part, why, images: namesOf(needing), ...(options.repair ? await attempt(mend) : {}) };
    damages.push(damage);
    found(damage);
  };
  try {
    for (const entry of entries) {
      const image = await checkDocuments(world, entry, note, mender);
      for (const layer of image) {
        const key = `${layer.diffId} ${layer.descriptor.digest}`;
        const known = layers.get(key);
        if (known === undefined) layers.set(key, { ...layer, entries: [entry] });
        else known.entries.push(entry);
      }
    }
    for (const layer of layers.values()) {
      const why = await layerDamage(world, layer, options.quick ?? false);
      if (why !== undefined)
        await note(`layer ${layer.diffId}`, why, layer.entries, () => mender.layer(layer, layer.entries));
    }
  } finally {
    await mender.close();
  }
  return { images: new Set(entries.map(({ id }) => id)).size, layers: layers.size, damages };
}

type Note = (part: string, why: string, entries: readonly ImageEntry[], mend: () => Promise<void>) => Promise<void>;

/** The manifest, the index it came from and the config of an entry; answers the layers as far as they can be told. */
async function checkDocuments(world: World, entry: ImageEntry, note: Note, mender: Mender): Promise<Layer[]> {
  const { manifest, index, id } = entry;
  for (const digest of [manifest.digest, index]) {
    if (digest === undefined) continue;
    const why = documentDamage(world, digest);
    const what = digest === manifest.digest ? 'manifest' : 'index';
    if (why !== undefined) await note(`${what} ${digest}`, why, [entry], () => mender.manifest(digest, entry));
  }
  const image = document<ImageManifest>(world, manifest.digest);
  if (image === undefined || isIndexType(manifest.mediaType)) return [];
  const why = documentDamage(world, id);
  if (why !== undefined) await note(`config ${id}`, why, [entry], () => mender.config(image.config, entry));
  const diffIds = document<ImageConfig>(world, id)?.rootfs.diff_ids ?? [];
  return image.layers.flatMap((descriptor, at) => {
    const diffId = diffIds[at];
    return diffId === undefined ? [] : [{ descriptor, diffId }];
  });
}

function documentDamage(world: World, digest: Digest): string | undefined {
  try {
    readDocument(world, digest);
    return undefined;
  } catch (error) {
    if (error instanceof LimpidError) return error.message;
    throw error;
  }
}

function document<T>(world: World, digest: Digest): T | undefined {
  return documentDamage(world, digest) === undefined ? readDocument<T>(world, digest) : undefined;
}

async function layerDamage(world: World, layer: Layer, quick: boolean): Promise<string | undefined> {
  if (quick) {
    if (!hasLayer(world, layer.diffId)) return 'the unpacked layer is missing';
    return hasBlob(world, layer.descriptor.digest) ? undefined : `blob ${layer.descriptor.digest} is missing`;
  }
  const damages = await verifyLayer(world, layer);
  if (damages.length === 0) return undefined;
  return damages.map(({ path, what }) => (path === undefined ? what : `"${path}" ${what}`)).join('; ');
}

async function attempt(mend: () => Promise<void>): Promise<Pick<Damage, 'repaired' | 'failure'>> {
  try {
    await mend();
    return { repaired: true };
  } catch (error) {
    if (error instanceof LimpidError) return { repaired: false, failure: error.message };
    throw error;
  }
}

function namesOf(entries: readonly ImageEntry[]): string[] {
  return [...new Set(entries.map(({ name, id }) => name ?? shortId(id)))];
}
