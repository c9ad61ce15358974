import { LimpidError } from '../../base/error.ts';
import type { Descriptor, Digest, Platform } from '../../spec/image.ts';
import { readEntries } from '../../store/images/index-file.ts';
import type { World } from '../world.ts';
import { lookUp } from './find.ts';
import { listMembers, type MemberOptions } from './list-member.ts';
import { changeList, createList } from './manifest-list.ts';
import { newName } from './tag.ts';

/** What a list says of one of its images, where that is not what the image says. */
export interface MemberWords {
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
  readonly features?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Makes a list of images; with `amend` they are added to the one of that name. Answers its id. */
export async function createManifestList(
  world: World,
  name: string,
  images: readonly string[],
  { amend = false, ...options }: MemberOptions & { readonly amend?: boolean } = {},
): Promise<Digest> {
  const full = newName(name);
  const members: Descriptor[] = [];
  for (const image of images) members.push(...(await listMembers(world, image, options)));
  if (amend && readEntries(world).some((entry) => entry.name === full))
    return changeList(world, full, (manifests) => withMembers(manifests, members));
  return createList(world, full, withMembers([], members));
}

/** Adds images to a list, described by these words. Answers its id. */
export async function addToManifestList(
  world: World,
  list: string,
  images: readonly string[],
  { words = {}, ...options }: MemberOptions & { readonly words?: MemberWords } = {},
): Promise<Digest> {
  const members: Descriptor[] = [];
  for (const image of images) members.push(...(await listMembers(world, image, options)));
  const described = members.map((member) => withWords(member, words));
  return changeList(world, list, (manifests) => withMembers(manifests, described));
}

/** Changes what a list says of one of its images, named by its digest or by a name here. Answers the list's id. */
export function annotateManifestList(world: World, list: string, image: string, words: MemberWords): Digest {
  const digest = memberDigest(world, image);
  return changeList(world, list, (manifests) => {
    checkMember(manifests, list, image, digest);
    return manifests.map((member) => (member.digest === digest ? withWords(member, words) : member));
  });
}

/** Takes an image out of a list. Answers the list's id. */
export function removeFromManifestList(world: World, list: string, image: string): Digest {
  const digest = memberDigest(world, image);
  return changeList(world, list, (manifests) => {
    checkMember(manifests, list, image, digest);
    return manifests.filter((member) => member.digest !== digest);
  });
}

/** Each image once: what is added again is described anew. */
function withMembers(manifests: readonly Descriptor[], added: readonly Descriptor[]): Descriptor[] {
  const members = new Map(manifests.map((member) => [member.digest, member]));
  for (const member of added) members.set(member.digest, member);
  return [...members.values()];
}

function withWords(member: Descriptor, words: MemberWords): Descriptor {
  const { os, architecture, variant, osVersion, osFeatures, features, annotations } = words;
  const platform = {
    ...(member.platform ?? { architecture: '', os: '' }),
    ...(os === undefined ? {} : { os }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(variant === undefined ? {} : { variant }),
    ...(osVersion === undefined ? {} : { 'os.version': osVersion }),
    ...(osFeatures === undefined || osFeatures.length === 0 ? {} : { 'os.features': osFeatures }),
    // Docker's lists have it; image-spec keeps the word for later.
    ...(features === undefined || features.length === 0 ? {} : { features }),
  } satisfies Platform & { features?: readonly string[] };
  const all = { ...member.annotations, ...annotations };
  return { ...member, platform, ...(Object.keys(all).length === 0 ? {} : { annotations: all }) };
}

function memberDigest(world: World, image: string): Digest {
  if (/^sha\d+:/.test(image)) return image;
  const at = image.indexOf('@');
  if (at >= 0) return image.slice(at + 1);
  return lookUp(readEntries(world), image)?.entry.manifest.digest ?? image;
}

function checkMember(manifests: readonly Descriptor[], list: string, image: string, digest: Digest): void {
  if (manifests.some((member) => member.digest === digest)) return;
  throw new LimpidError({
    code: 'ENOMEMBER',
    doing: 'find',
    subject: `"${image}" in manifest list "${list}"`,
    why: manifests.length === 0 ? 'the list is empty' : `it holds ${manifests.map((one) => one.digest).join(', ')}`,
  });
}
