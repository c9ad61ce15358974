import { LimpidError } from '../../base/error.ts';
import { isIndexType } from '../../spec/manifest-kind.ts';
import type { Descriptor, Digest, ImageConfig, ImageManifest } from '../../spec/image.ts';
import { blobDamage, hasBlob, readDocument } from '../../store/images/blobs.ts';
import type { ImageEntry } from '../../store/images/entry.ts';
import { readEntries } from '../../store/images/index-file.ts';
import { rebuildIndex } from '../../store/images/rebuild-index.ts';
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
  readonly entries: readonly ImageEntry[];
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
  const damages: Damage[] = [];
  const entries = entriesOf(world, options, (damage) => {
    damages.push(damage);
    found(damage);
  });
  const mender = new Mender(world, options);
  const note: Note = async (part, why, needing, mend) => {
    const damage = { part, why, images: namesOf(needing), ...(options.repair ? await attempt(mend) : {}) };
    damages.push(damage);
    found(damage);
  };
  try {
    // In this order: what a document refers to can be told only when it is whole.
    await checkManifests(world, entries, note, mender);
    await checkConfigs(world, entries, note, mender);
    const layers = layersOf(world, entries);
    for (const layer of layers) {
      const why = await layerDamage(world, layer, options.quick ?? false);
      if (why !== undefined)
        await note(`layer ${layer.diffId}`, why, layer.entries, () => mender.layer(layer, layer.entries));
    }
    return { images: new Set(entries.map(({ id }) => id)).size, layers: layers.length, damages };
  } finally {
    await mender.close();
  }
}

/** An index that cannot be read is made anew, where that is wanted: of all images that are whole. */
function entriesOf(world: World, { repair }: CheckOptions, found: (damage: Damage) => void): ImageEntry[] {
  try {
    return readEntries(world);
  } catch (error) {
    if (!repair || !(error instanceof LimpidError) || error.code !== 'ESTORE') throw error;
    rebuildIndex(world);
    const why = 'it cannot be read, and a new one knows no names (`limpid tag ID NAME` gives them)';
    found({ part: 'index.json', why, images: [], repaired: true });
    return readEntries(world);
  }
}

type Note = (part: string, why: string, entries: readonly ImageEntry[], mend: () => Promise<void>) => Promise<void>;

async function checkManifests(world: World, entries: readonly ImageEntry[], note: Note, mender: Mender): Promise<void> {
  const digests = new Set(entries.flatMap(({ manifest, index }) => [manifest.digest, ...(index ? [index] : [])]));
  for (const digest of digests) {
    const why = blobDamage(world, digest);
    if (why === undefined) continue;
    const needing = entries.filter(({ manifest, index }) => manifest.digest === digest || index === digest);
    const what = needing.some(({ index }) => index === digest) ? 'index' : 'manifest';
    await note(`${what} ${digest}`, why, needing, () => mender.manifest(digest, needing));
  }
}

async function checkConfigs(world: World, entries: readonly ImageEntry[], note: Note, mender: Mender): Promise<void> {
  for (const id of new Set(entries.map((entry) => entry.id))) {
    const needing = entries.filter((entry) => entry.id === id);
    const manifest = needing.map((entry) => imageManifest(world, entry)).find((one) => one !== undefined);
    const why = manifest === undefined ? undefined : blobDamage(world, id);
    if (why !== undefined) await note(`config ${id}`, why, needing, () => mender.config(manifest!.config, needing));
  }
}

/** Each once, with the images that have it, as far as their documents can be read. */
function layersOf(world: World, entries: readonly ImageEntry[]): Layer[] {
  const layers = new Map<string, Layer>();
  for (const entry of entries) {
    const manifest = imageManifest(world, entry);
    if (manifest === undefined || blobDamage(world, entry.id) !== undefined) continue;
    const { diff_ids: diffIds } = readDocument<ImageConfig>(world, entry.id).rootfs;
    for (const [at, descriptor] of manifest.layers.entries()) {
      const diffId = diffIds[at]!;
      const key = `${diffId} ${descriptor.digest}`;
      const known = layers.get(key)?.entries ?? [];
      layers.set(key, { descriptor, diffId, entries: [...known, entry] });
    }
  }
  return [...layers.values()];
}

/** `undefined` where it is damaged, or a list of manifests. */
function imageManifest(world: World, { manifest }: ImageEntry): ImageManifest | undefined {
  if (isIndexType(manifest.mediaType) || blobDamage(world, manifest.digest) !== undefined) return undefined;
  return readDocument<ImageManifest>(world, manifest.digest);
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
