import type { NetlinkAttribute } from '../netlink/attribute.ts';
import { dataValue, number32, text } from './attributes.ts';
import { creation, removal, type Change } from './batch.ts';

/** What a field of a key or a value is: its number for `nft list`, and its bytes. */
const FIELDS = {
  ipv4_addr: { type: 7, length: 4 },
  ipv6_addr: { type: 8, length: 16 },
  inet_proto: { type: 12, length: 1 },
  inet_service: { type: 13, length: 2 },
  ifname: { type: 41, length: 16 },
} as const;
const TYPE_BITS = 6;
const NFT_SET_INTERVAL = 4;
const NFT_SET_MAP = 8;
const NFT_SET_CONCAT = 0x80;
const NFTA_SET_DESC_CONCAT = 2;

const NFTNL_UDATA_SET_KEYBYTEORDER = 0;
const HOST_ENDIAN = 1;
const BIG_ENDIAN = 2;

export type Field = keyof typeof FIELDS;

export interface SetShape {
  readonly name: string;
  readonly key: readonly Field[];
  /** What a map answers. */
  readonly value?: readonly Field[];
  /** Elements reach from `key` to `end`, in each field of a key of several. */
  readonly ranges?: boolean;
}

/** A hash set, a map, or one of ranges. `id` tells the sets of one batch apart. */
export function newSet(table: string, { name, key, value, ranges = false }: SetShape, id: number): Change {
  const answer = value === undefined ? [] : [number32(6, typeOf(value)), number32(7, lengthOf(value))];
  return creation('newSet', [
    text(1, table),
    text(2, name),
    number32(3, (value === undefined ? 0 : NFT_SET_MAP) | (ranges ? NFT_SET_INTERVAL | NFT_SET_CONCAT : 0)),
    number32(4, typeOf(key)),
    number32(5, lengthOf(key)),
    ...answer,
    ...(ranges ? [{ type: 9, value: [fieldLengths(key)] }] : []),
    number32(10, id),
    { type: 13, value: byteOrder(key) },
  ]);
}

function fieldLengths(key: readonly Field[]): NetlinkAttribute {
  const fields = key.map((field) => ({ type: 1, value: [number32(1, FIELDS[field].length)] }));
  return { type: NFTA_SET_DESC_CONCAT, value: fields };
}

/** Without it `nft list` reads a lone name of an interface backwards. */
function byteOrder(key: readonly Field[]): Uint8Array {
  return Uint8Array.of(NFTNL_UDATA_SET_KEYBYTEORDER, 4, key[0] === 'ifname' ? HOST_ENDIAN : BIG_ENDIAN, 0, 0, 0);
}

function typeOf(fields: readonly Field[]): number {
  let type = 0;
  for (const field of fields) type = (type << TYPE_BITS) | FIELDS[field].type;
  return type;
}

function lengthOf(fields: readonly Field[]): number {
  let length = 0;
  for (const field of fields) length += (FIELDS[field].length + 3) & ~3;
  return length;
}

export interface SetElement {
  readonly key: Uint8Array;
  /** The last key of a range. */
  readonly end?: Uint8Array;
  readonly value?: Uint8Array;
  /** Shown by `nft list`. */
  readonly comment?: string;
}

const NFTNL_UDATA_SET_ELEM_COMMENT = 0;
const COMMENT_MAX = 127;
/** An attribute holds 64 KB; an element of ours is below 200 bytes. */
const ELEMENTS_A_MESSAGE = 256;

/** Elements that a set has afterwards. EEXIST where one of them is there with another value. */
export function addElements(table: string, set: string, elements: readonly SetElement[]): Change[] {
  return inMessages(elements).map((some) => creation('newSetElem', listAttributes(table, set, some)));
}

/** Elements that a set has no longer. ENOENT where one of them was not there. */
export function removeElements(table: string, set: string, elements: readonly SetElement[]): Change[] {
  const keys = elements.map(({ key, end }) => (end === undefined ? { key } : { key, end }));
  return inMessages(keys).map((some) => removal('delSetElem', listAttributes(table, set, some)));
}

function inMessages(elements: readonly SetElement[]): SetElement[][] {
  const messages: SetElement[][] = [];
  for (let at = 0; at < elements.length; at += ELEMENTS_A_MESSAGE)
    messages.push(elements.slice(at, at + ELEMENTS_A_MESSAGE));
  return messages;
}

function listAttributes(table: string, set: string, elements: readonly SetElement[]): NetlinkAttribute[] {
  return [text(1, table), text(2, set), { type: 3, value: elements.map(elementAttribute) }];
}

function elementAttribute({ key, end, value, comment }: SetElement): NetlinkAttribute {
  const attributes = [dataValue(1, key)];
  if (value !== undefined) attributes.push(dataValue(2, value));
  if (end !== undefined) attributes.push(dataValue(10, end));
  if (comment !== undefined) attributes.push({ type: 6, value: commentData(comment) });
  return { type: 1, value: attributes };
}

function commentData(comment: string): Uint8Array {
  const bytes = new TextEncoder().encode(comment).subarray(0, COMMENT_MAX);
  return Uint8Array.of(NFTNL_UDATA_SET_ELEM_COMMENT, bytes.length + 1, ...bytes, 0);
}
