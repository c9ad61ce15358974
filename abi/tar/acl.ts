import { decimal } from './pax.ts';

/** Tags of the kernel's form of an access list (linux/posix_acl_xattr.h), without and with an id. */
const TAGS: Readonly<Record<string, readonly [own: number, named: number]>> = {
  user: [0x01, 0x02],
  u: [0x01, 0x02],
  group: [0x04, 0x08],
  g: [0x04, 0x08],
  mask: [0x10, 0x10],
  m: [0x10, 0x10],
  other: [0x20, 0x20],
  o: [0x20, 0x20],
};
const VERSION = 2;
const NO_ID = 0xffff_ffff;

interface AclEntry {
  readonly tag: number;
  readonly permissions: number;
  readonly id: number;
}

/**
 * An access list as acl(5) writes it, `user::rw-,user:1000:r--,…`, in the kernel's binary form. `undefined` where it says
 * no more than a mode does, where it names users by names, or where it is none.
 */
export function encodeAcl(text: string): Uint8Array | undefined {
  const lines = text.split(/[\n,]/).filter((line) => line.trim() !== '');
  const entries = lines.map(parseEntry);
  if (entries.length < 4 || entries.some((entry) => entry === undefined)) return undefined;
  const sorted = (entries as AclEntry[]).toSorted((a, b) => a.tag - b.tag || a.id - b.id);
  const view = new DataView(new ArrayBuffer(4 + sorted.length * 8));
  view.setUint32(0, VERSION, true);
  sorted.forEach(({ tag, permissions, id }, index) => {
    view.setUint16(4 + index * 8, tag, true);
    view.setUint16(6 + index * 8, permissions, true);
    view.setUint32(8 + index * 8, id, true);
  });
  return new Uint8Array(view.buffer);
}

/** `user:NAME:rwx`; star adds the number behind it. */
function parseEntry(line: string): AclEntry | undefined {
  const [type = '', name = '', words = '', number] = line.split('#', 1)[0]!.trim().split(':');
  const tag = Object.hasOwn(TAGS, type) ? TAGS[type] : undefined;
  if (tag === undefined || !/^[r-][w-][x-]$/.test(words)) return undefined;
  const permissions = [...words].reduce((sum, letter) => sum * 2 + (letter === '-' ? 0 : 1), 0);
  if (name === '') return { tag: tag[0], permissions, id: NO_ID };
  const id = decimal(number ?? name);
  return Number.isNaN(id) || id >= NO_ID ? undefined : { tag: tag[1], permissions, id };
}
