import type { OpenFile } from '../../kernel/open-file.ts';
import { indexArchive, plainPath, type Member } from './archive-index.ts';
import { badImages } from './fault.ts';
import { missing, tooLarge, type ImageFiles } from './image-files.ts';
import { streamFile } from './stream-file.ts';

const LINK_LIMIT = 8;

/** The files of an archive, read in place. Links among them are followed, inside of the archive alone. */
export function archiveFiles(file: OpenFile, name: string): ImageFiles {
  const members = indexArchive(file, name);
  const find = (path: string) => findMember(members, path, name);
  const existing = (path: string) => {
    const member = find(path);
    if (member === undefined) throw missing(name, path);
    return member;
  };
  const start = (path: string, length: number) => {
    const { offset, size } = existing(path);
    return file.read(offset, Math.min(length, size));
  };
  return {
    name,
    size: (path) => find(path)?.size,
    start,
    document(path, limitBytes) {
      const { size } = existing(path);
      if (size > limitBytes) throw tooLarge(name, path, size, limitBytes);
      return start(path, size);
    },
    stream(path) {
      const { offset, size } = existing(path);
      return streamFile(file, { offset, length: size, close: false });
    },
    close: () => file.close(),
  };
}

function findMember(
  members: ReadonlyMap<string, Member>,
  path: string,
  name: string,
): Extract<Member, { kind: 'file' }> | undefined {
  let at = path.startsWith('/') ? undefined : plainPath(path);
  if (at === undefined) throw badImages(name, `it names "${path}", which is outside of it`);
  for (let hops = 0; hops <= LINK_LIMIT; hops++) {
    const member = members.get(at);
    // What counts of two is for every program another one: neither is to be trusted.
    if (member?.twice) throw badImages(name, `it has two members called "${at}"`);
    if (member === undefined || member.kind === 'file') return member;
    at = member.target;
  }
  throw badImages(name, `its link "${path}" leads from link to link`);
}
