import { LimpidError } from '../../base/error.ts';
import { parseManifest } from '../../spec/image-parse.ts';
import type { Descriptor, Digest, Platform } from '../../spec/image.ts';
import type { ImageSource } from '../../spec/image-transport.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import { readEntries } from '../../store/images/index-file.ts';
import type { ImageEntry } from '../../store/images/entry.ts';
import { receiveImage } from '../../store/images/receive-image.ts';
import type { LayerProgress } from '../../store/images/receive-layers.ts';
import type { World } from '../world.ts';
import { lookUp } from './find.ts';
import { hostPlatform } from './host-platform.ts';
import { isList } from './manifest-list.ts';
import { openSources } from './open-source.ts';

export interface MemberOptions {
  /** Of another list, all of its images. */
  readonly all?: boolean;
  readonly registry?: RegistryOptions;
  readonly progress?: LayerProgress;
}

/** An image as a list names it: one that is here, or one that is brought here for it. Of a list, those for this machine. */
export async function listMembers(world: World, text: string, options: MemberOptions): Promise<readonly Descriptor[]> {
  const known = lookUp(readEntries(world), withoutTransport(text))?.entry;
  if (known !== undefined && !isList(known)) return [describeEntry(known)];
  const { all = false } = options;
  if (known !== undefined) throw nested(text);
  const [open] = await openSources(world, text, options.registry ?? {});
  const { source } = await open!();
  try {
    const top = await source.manifest();
    const parsed = parseManifest(top.bytes, top.mediaType, `manifest of "${source.name}"`);
    if (parsed.kind === 'manifest' || !all) return [await receive(world, source, undefined, options)];
    const members: Descriptor[] = [];
    for (const member of parsed.index.manifests) {
      await receive(world, source, member, options);
      members.push(member);
    }
    return members;
  } finally {
    await source.close();
  }
}

/** The platform where nobody has said another. */
function describeEntry({ manifest, platform }: ImageEntry): Descriptor {
  return { ...manifest, platform };
}

async function receive(
  world: World,
  source: ImageSource,
  member: Descriptor | undefined,
  { progress }: MemberOptions,
): Promise<Descriptor> {
  const platform: Platform = member?.platform ?? hostPlatform();
  const { entry } = await receiveImage(world, member === undefined ? source : memberSource(source, member.digest), {
    platform,
    anyPlatform: true,
    names: [],
    ...(progress === undefined ? {} : { progress }),
  });
  return describeEntry(entry);
}

/** The same origin, opened for one image of its list. */
function memberSource(source: ImageSource, digest: Digest): ImageSource {
  return {
    name: source.name,
    manifest: (other) => source.manifest(other ?? digest),
    blob: (descriptor) => source.blob(descriptor),
    close: async () => {},
  };
}

function withoutTransport(text: string): string {
  return text.replace(/^(?:containers-storage:|docker:\/\/)/, '');
}

function nested(text: string): LimpidError {
  return new LimpidError({
    code: 'ENOLIST',
    doing: 'add',
    subject: `"${text}"`,
    why: 'it is a manifest list itself, and lists hold images',
  });
}
