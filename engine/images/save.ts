import { LimpidError } from '../../base/error.ts';
import type { ArchiveOut } from '../../store/transports/archive-destinations.ts';
import { copyImage } from '../../store/transports/copy-image.ts';
import type { World } from '../world.ts';
import { parseLocation } from '../../store/transports/location.ts';
import { findImage, type StoredImage } from './find.ts';
import { isPlace } from './load.ts';
import { pushImage } from './push.ts';
import { storedSource } from './stored-source.ts';

export type SaveFormat = 'docker-archive' | 'oci-archive' | 'oci-dir' | 'docker-dir';

export interface SaveOptions {
  /** `docker-archive` unless said, or unless the output says another. */
  readonly format?: SaveFormat;
  /**
   * A file, or a directory for the two forms that are one; a place of a transport (`oci:DIR:TAG`); an open descriptor for
   * archives.
   */
  readonly output: string | number;
  /** Each argument is an image of its own; else the second and further ones are names of the first. */
  readonly several?: boolean;
  /** Layers of a directory by gzip. */
  readonly compress?: boolean;
  readonly progress?: (line: string) => void;
}

interface Chosen {
  readonly image: StoredImage;
  readonly names: string[];
}

/** Writes images as `load` takes them. The same images give the same bytes. */
export async function saveImages(world: World, texts: readonly string[], options: SaveOptions): Promise<void> {
  const { output, format = 'docker-archive' } = options;
  const place = placeOf(options);
  if (place?.format !== undefined) return saveImages(world, texts, { ...options, ...place });
  const chosen = chooseImages(world, texts, options.several ?? false);
  if (place !== undefined) return saveToPlace(world, chosen, place.output, options);
  if (format === 'oci-dir' || format === 'docker-dir') return saveDirectory(world, chosen, options);
  const { dockerArchiveOut, ociArchiveOut } = await import('../../store/transports/archive-destinations.ts');
  const { descriptorSink, fileSink } = await import('../../store/transports/archive-sink.ts');
  const sink = typeof output === 'string' ? fileSink(output, output) : descriptorSink(output, 'standard output');
  const archive = format === 'oci-archive' ? ociArchiveOut(sink) : dockerArchiveOut(sink);
  try {
    for (const one of chosen) await addImage(world, archive, one, options);
    archive.finish();
  } finally {
    archive.close();
  }
}

/** The place of a transport, and the format that writes all of it, where it names no image there. Throws EOPTION. */
function placeOf({
  output,
  format,
}: SaveOptions): { readonly output: string; readonly format?: SaveFormat } | undefined {
  if (typeof output !== 'string' || !isPlace(output)) return undefined;
  if (format !== undefined) throw refused(format, `--output "${output}" says another form`);
  const { transport = '', path = '', reference = '' } = parseLocation(output) ?? {};
  const whole = reference === '' && path !== '' && path !== '-' ? FORMATS[transport] : undefined;
  return whole === undefined ? { output } : { output: path, format: whole };
}

const FORMATS: Readonly<Record<string, SaveFormat>> = {
  'docker-archive': 'docker-archive',
  'oci-archive': 'oci-archive',
  oci: 'oci-dir',
};

/** As a push does it: one image, under the name that the place says. */
async function saveToPlace(world: World, chosen: readonly Chosen[], destination: string, { progress }: SaveOptions) {
  const [only, ...more] = chosen;
  if (more.length > 0) throw cannotSave(`to "${destination}"`, 'it is a place for one image');
  await pushImage(world, only!.image.id, { destination, ...(progress === undefined ? {} : { progress }) });
}

async function addImage(world: World, archive: ArchiveOut, { image, names }: Chosen, { progress }: SaveOptions) {
  const source = storedSource(world, image.entry, progress);
  await copyImage(source, archive.image(names), progress === undefined ? {} : { progress });
}

async function saveDirectory(world: World, chosen: readonly Chosen[], options: SaveOptions): Promise<void> {
  const { output, format = 'oci-dir', progress, compress = false } = options;
  if (typeof output !== 'string') throw refused(format, 'it is a directory: --output has to name it');
  const [only, ...more] = chosen;
  if (more.length > 0 && format === 'docker-dir') throw refused(format, 'it holds one image only');
  const shared = progress === undefined ? {} : { progress };
  if (format === 'docker-dir') {
    await pushImage(world, only!.image.id, {
      destination: `dir:${output}`,
      format: 'v2s2',
      ...(compress ? { compression: 'gzip' as const } : {}),
      ...shared,
    });
    return;
  }
  const { layoutDestination } = await import('../../store/transports/layout-destination.ts');
  for (const { image, names } of chosen) {
    for (const name of names.length === 0 ? [undefined] : names) {
      const destination = layoutDestination(output, name, output);
      await copyImage(storedSource(world, image.entry, progress), destination, shared);
    }
  }
}

/** By its id an image is saved without a name, by names with those. */
function chooseImages(world: World, texts: readonly string[], several: boolean): Chosen[] {
  const chosen = new Map<string, Chosen>();
  for (const text of texts) {
    const image = findImage(world, text);
    const known = chosen.get(image.id) ?? { image, names: [] };
    chosen.set(image.id, known);
    const { name } = image.entry;
    if (name !== undefined && !name.includes('@') && !isById(image, name, text) && !known.names.includes(name))
      known.names.push(name);
  }
  const [first, second] = [...chosen.values()];
  if (several || second === undefined) return [...chosen.values()];
  throw new LimpidError({
    code: 'EOPTION',
    doing: 'save',
    subject: `"${second.image.entry.name ?? second.image.id}"`,
    why: `it is another image than "${first!.image.entry.name ?? first!.image.id}"`,
    hint: 'several images in one archive want --multi-image-archive',
  });
}

function isById({ id }: StoredImage, name: string, text: string): boolean {
  const isStart = id === text || id.slice(id.indexOf(':') + 1).startsWith(text);
  return isStart && !`/${name}:`.includes(`/${text}:`);
}

function refused(format: SaveFormat, why: string): LimpidError {
  return cannotSave(`as "${format}"`, why);
}

function cannotSave(subject: string, why: string): LimpidError {
  return new LimpidError({ code: 'EOPTION', doing: 'save', subject, why });
}
