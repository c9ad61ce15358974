import type { ByteText } from '../../abi/tar/entry.ts';
import { BLOCK, parseHeader, type TarHeader } from '../../abi/tar/header.ts';
import { decimal, parsePax } from '../../abi/tar/pax.ts';
import { LimpidError } from '../../base/error.ts';
import type { OpenFile } from '../../kernel/open-file.ts';
import { badImages } from './fault.ts';

/** Archives of images have some hundreds; what has more was made to fill our memory. */
const MEMBER_LIMIT = 200_000;
const EXTENDED_LIMIT_BYTES = 1024 * 1024;

/** Links, devices, directories and pipes. */
const WITHOUT_CONTENTS = ['1', '2', '3', '4', '5', '6'];

/** Where a member of an archive is. */
export type Member =
  | { readonly kind: 'file'; readonly offset: number; readonly size: number; readonly twice: boolean }
  /** A symbolic or hard link: the path of the other member, from the archive's root. */
  | { readonly kind: 'link'; readonly target: string; readonly twice: boolean };

/** What pax and GNU headers say of the next member. */
interface Extended {
  readonly path?: ByteText;
  readonly target?: ByteText;
  readonly size?: number;
}

/** Files and links of an archive by their paths, found without reading what is between. Throws EARCHIVE. */
export function indexArchive(file: OpenFile, name: string): ReadonlyMap<string, Member> {
  try {
    return walk(file, name);
  } catch (error) {
    if (error instanceof LimpidError && error.code === 'ETAR')
      throw badImages(name, error.message.split(': ').slice(1).join(': '));
    throw error;
  }
}

function walk(file: OpenFile, name: string): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  const end = file.sizeBytes();
  let extended: Extended = {};
  for (let at = 0; at + BLOCK <= end;) {
    const header = headerAt(file, at);
    if (header === undefined) break;
    // As Go's archive/tar has it: what has no contents has none, whatever its size says.
    const size = WITHOUT_CONTENTS.includes(header.type) ? 0 : (extended.size ?? header.size);
    const data = at + BLOCK;
    if (size < 0 || data + size > end) throw badImages(name, `it ends in the middle of "${shown(header.path)}"`);
    at = data + Math.ceil(size / BLOCK) * BLOCK;
    const more = readExtended(file, header, data, size);
    if (more !== undefined) extended = Object.assign(extended, more);
    else {
      addMember(members, { ...header, ...extended, size }, data, name);
      extended = {};
    }
    if (members.size > MEMBER_LIMIT) throw badImages(name, `it has more than ${MEMBER_LIMIT} members`);
  }
  return members;
}

function headerAt(file: OpenFile, at: number): TarHeader | undefined {
  try {
    return parseHeader(bufferOf(file.read(at, BLOCK)));
  } catch (error) {
    if (at > 0) throw error;
    throw new LimpidError({ code: 'ETAR', doing: 'read', why: 'it is no archive' });
  }
}

function readExtended(file: OpenFile, { type }: TarHeader, offset: number, size: number): Extended | undefined {
  if (type !== 'x' && type !== 'L' && type !== 'K') return type === 'g' ? {} : undefined;
  if (size > EXTENDED_LIMIT_BYTES)
    throw new LimpidError({ code: 'ETAR', doing: 'read', why: `an extended header has ${size} bytes` });
  const bytes = bufferOf(file.read(offset, size));
  if (type === 'x') return paxFields(bytes);
  const text = bytes.toString('latin1').replace(/\0.*$/s, '');
  return type === 'L' ? { path: text } : { target: text };
}

function paxFields(bytes: Buffer): Extended {
  const fields: { -readonly [K in keyof Extended]: Extended[K] } = {};
  for (const [key, value] of parsePax(bytes)) {
    if (key === 'path') fields.path = value.toString('latin1');
    else if (key === 'linkpath') fields.target = value.toString('latin1');
    else if (key === 'size') fields.size = decimal(value.toString('latin1'));
    // A sparse member's content is not what lies in the archive.
    else if (key.startsWith('GNU.sparse.'))
      throw new LimpidError({ code: 'ETAR', doing: 'read', why: 'it has sparse members, which images do not have' });
  }
  if (Number.isNaN(fields.size))
    throw new LimpidError({ code: 'ETAR', doing: 'read', why: 'a size in it is no number' });
  return fields;
}

function addMember(members: Map<string, Member>, header: TarHeader, offset: number, name: string): void {
  const path = plainPath(utf8(header.path));
  if (path === undefined) return;
  const twice = members.has(path);
  switch (header.type) {
    case '0':
    case '\0':
    case '7':
      members.set(path, { kind: 'file', offset, size: header.size, twice });
      return;
    case '1':
    case '2': {
      const from = header.type === '1' ? '' : path.slice(0, path.lastIndexOf('/') + 1);
      const target = plainPath(header.target.startsWith('/') ? utf8(header.target) : from + utf8(header.target));
      // One that leads out leads nowhere: who asks for it is told that it is missing.
      if (target !== undefined) members.set(path, { kind: 'link', target, twice });
      return;
    }
    case 'S':
      throw badImages(name, 'it has sparse members, which images do not have');
  }
}

/** `./a//b/../c` as `a/c`; `undefined` for what leads out of the archive. */
export function plainPath(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The lists of an archive name its members in UTF-8. */
function utf8(text: ByteText): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

function shown(path: ByteText): string {
  return path.length > 80 ? `${utf8(path.slice(0, 80))}…` : utf8(path);
}
