import type { RegistryOptions } from '../../registry/options.ts';
import { readBlob } from '../../store/images/blobs.ts';
import { readEntries } from '../../store/images/index-file.ts';
import { parseManifest } from '../../spec/image-parse.ts';
import type { World } from '../world.ts';
import { lookUp } from './find.ts';
import { isList } from './manifest-list.ts';
import { openSources } from './open-source.ts';

/** The document of a manifest list that is here, else of what a registry or another place has under that name. */
export async function inspectManifest(world: World, text: string, options: RegistryOptions = {}): Promise<object> {
  const entry = lookUp(readEntries(world), text)?.entry;
  const digest = entry === undefined ? undefined : isList(entry) ? entry.manifest.digest : entry.index;
  if (digest !== undefined) return JSON.parse(new TextDecoder().decode(readBlob(world, digest))) as object;
  const [open] = await openSources(world, text, options);
  const { source } = await open!();
  try {
    const { bytes, mediaType } = await source.manifest();
    parseManifest(bytes, mediaType, `manifest of "${source.name}"`);
    return JSON.parse(new TextDecoder().decode(bytes)) as object;
  } finally {
    await source.close();
  }
}

/** Whether there is a manifest list of that name here. */
export function manifestListExists(world: World, text: string): boolean {
  const entry = lookUp(readEntries(world), text)?.entry;
  return entry !== undefined && isList(entry);
}
