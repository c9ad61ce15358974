import { decodeAttributes, type NetlinkAttribute } from '../netlink/attribute.ts';
import { encodeMessages, NLM_F_DUMP, NLM_F_REQUEST, type NetlinkMessage } from '../netlink/message.ts';
import { dataValue, readNumber32, text } from './attributes.ts';
import { NFNL_SUBSYS_NFTABLES, nfPayload } from './batch.ts';

/** enum nf_tables_msg_types: what is asked for, and what comes. */
const GET = { generation: 16, tables: 1, chains: 4, rules: 7, elements: 13 } as const;

/** Families that nf_tables has tables in (NFPROTO_*). */
export const FAMILIES = { inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const;
export type FamilyName = keyof typeof FAMILIES | 'any';

/** A question about the ruleset, for protocol NETLINK_NETFILTER; of one table or set where those are named. */
export function rulesetRequest(
  what: keyof typeof GET,
  { family = 'any', table, set }: { family?: FamilyName; table?: string; set?: string } = {},
): Uint8Array {
  const attributes = [...(table === undefined ? [] : [text(1, table)]), ...(set === undefined ? [] : [text(2, set)])];
  const payload = nfPayload(family === 'any' ? 0 : FAMILIES[family], 0, attributes);
  const flags = NLM_F_REQUEST | (what === 'generation' ? 0 : NLM_F_DUMP);
  const type = (NFNL_SUBSYS_NFTABLES << 8) | GET[what];
  return encodeMessages([{ type, flags, sequence: 1, port: 0, payload }]);
}

/** A question whether a set of an `inet` table has an element: the answer is the element, or ENOENT. */
export function elementRequest(table: string, set: string, key: Uint8Array): Uint8Array {
  const elements = [{ type: 1, value: [dataValue(1, key)] }];
  const payload = nfPayload(FAMILIES.inet, 0, [text(1, table), text(2, set), { type: 3, value: elements }]);
  const type = (NFNL_SUBSYS_NFTABLES << 8) | GET.elements;
  return encodeMessages([{ type, flags: NLM_F_REQUEST, sequence: 1, port: 0, payload }]);
}

export interface ChainInfo {
  readonly family: FamilyName;
  readonly table: string;
  readonly name: string;
  /** Where it is hooked in, if it is: `forward` and so on by number, smaller priorities first. */
  readonly base?: { readonly hook: number; readonly priority: number; readonly type: string; readonly drops: boolean };
}

export interface RuleInfo {
  readonly family: FamilyName;
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
  readonly expressions: readonly ExpressionInfo[];
}

/** One step of a rule, its attributes by number. */
export interface ExpressionInfo {
  readonly name: string;
  readonly attributes: Attributes;
}

export interface ElementInfo {
  readonly key: Uint8Array;
  readonly end?: Uint8Array;
  readonly value?: Uint8Array;
  readonly comment?: string;
}

/** Attributes by number. The kernel nests without saying so: what is nested is read again. */
export class Attributes {
  readonly #byType = new Map<number, NetlinkAttribute['value']>();

  constructor(attributes: readonly NetlinkAttribute[]) {
    for (const { type, value } of attributes) this.#byType.set(type, value);
  }

  has(type: number): boolean {
    return this.#byType.has(type);
  }

  bytes(type: number): Uint8Array | undefined {
    const value = this.#byType.get(type);
    return value instanceof Uint8Array ? value : undefined;
  }

  number(type: number): number | undefined {
    const bytes = this.bytes(type);
    return bytes === undefined || bytes.length < 4 ? undefined : readNumber32(bytes);
  }

  text(type: number): string | undefined {
    const bytes = this.bytes(type);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes).replaceAll('\0', '');
  }

  list(type: number): readonly NetlinkAttribute[] {
    const value = this.#byType.get(type);
    if (value === undefined) return [];
    return value instanceof Uint8Array ? decodeAttributes(value) : value;
  }

  nested(type: number): Attributes {
    return new Attributes(this.list(type));
  }
}

function attributesOf({ payload }: NetlinkMessage): Attributes {
  return new Attributes(decodeAttributes(payload.subarray(4)));
}

function familyOf({ payload }: NetlinkMessage): FamilyName {
  const found = Object.entries(FAMILIES).find(([, number]) => number === payload[0]);
  return (found?.[0] as FamilyName | undefined) ?? 'any';
}

/** The number that every transaction raises. */
export function decodeGeneration(message: NetlinkMessage): number {
  return attributesOf(message).number(1) ?? 0;
}

/** A table's name. */
export function decodeTable(message: NetlinkMessage): string {
  return attributesOf(message).text(1) ?? '';
}

export function decodeChain(message: NetlinkMessage): ChainInfo {
  const attributes = attributesOf(message);
  const chain = { family: familyOf(message), table: attributes.text(1) ?? '', name: attributes.text(3) ?? '' };
  if (!attributes.has(4)) return chain;
  const hook = attributes.nested(4);
  const type = attributes.text(7) ?? '';
  const drops = attributes.number(5) === 0;
  return { ...chain, base: { hook: hook.number(1) ?? -1, priority: hook.number(2) ?? 0, type, drops } };
}

export function decodeRule(message: NetlinkMessage): RuleInfo {
  const attributes = attributesOf(message);
  const handle = attributes.bytes(3);
  return {
    family: familyOf(message),
    table: attributes.text(1) ?? '',
    chain: attributes.text(2) ?? '',
    handle: handle === undefined ? 0 : readNumber32(handle.subarray(4)),
    expressions: attributes.list(4).map(decodeExpression),
  };
}

function decodeExpression({ value }: NetlinkAttribute): ExpressionInfo {
  const expression = new Attributes(value instanceof Uint8Array ? decodeAttributes(value) : value);
  return { name: expression.text(1) ?? '', attributes: expression.nested(2) };
}

const DATA_VALUE = 1;

export function decodeElements(message: NetlinkMessage): ElementInfo[] {
  return attributesOf(message).list(3).map(decodeElement);
}

function decodeElement({ value }: NetlinkAttribute): ElementInfo {
  const element = new Attributes(value instanceof Uint8Array ? decodeAttributes(value) : value);
  const [end, data, comment] = [
    element.nested(10).bytes(DATA_VALUE),
    element.nested(2).bytes(DATA_VALUE),
    element.bytes(6),
  ];
  return {
    key: element.nested(1).bytes(DATA_VALUE) ?? new Uint8Array(),
    ...(end === undefined ? {} : { end }),
    ...(data === undefined ? {} : { value: data }),
    ...(comment === undefined ? {} : { comment: readComment(comment) }),
  };
}

/** An element of anybody's set: a verdict map's answer, and whether it is the end of a range. */
export interface ElementDetails extends ElementInfo {
  readonly verdict?: Attributes;
  readonly endsRange: boolean;
}

const NFT_SET_ELEM_INTERVAL_END = 1;
const DATA_VERDICT = 2;

export function decodeElementDetails(message: NetlinkMessage): ElementDetails[] {
  return attributesOf(message)
    .list(3)
    .map((attribute) => {
      const { value } = attribute;
      const element = new Attributes(value instanceof Uint8Array ? decodeAttributes(value) : value);
      const endsRange = ((element.number(3) ?? 0) & NFT_SET_ELEM_INTERVAL_END) !== 0;
      const data = element.nested(2);
      const verdict = data.has(DATA_VERDICT) ? { verdict: data.nested(DATA_VERDICT) } : {};
      return { ...decodeElement(attribute), ...verdict, endsRange };
    });
}

/** Type, length, and text with its NUL. */
function readComment(data: Uint8Array): string {
  return data[0] === 0 ? new TextDecoder().decode(data.subarray(2, 1 + data[1]!)) : '';
}
