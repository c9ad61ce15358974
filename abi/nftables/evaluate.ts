import type { Attributes, ExpressionInfo } from './decode.ts';

/** What is known of a packet at one hook; nobody knows what is undefined. */
export interface PacketModel {
  readonly family: 'ip' | 'ip6';
  /** Empty where there is none, as for what the host itself sends. */
  readonly iifname?: string;
  readonly oifname?: string;
  readonly source?: Uint8Array;
  readonly destination?: Uint8Array;
  readonly protocol: number;
  readonly port: number;
  /** Whether its destination has been changed on the way. */
  readonly isNatted: boolean;
}

/** What a rule does with a packet. `unsure`: it would, if what nobody knows of the packet is so. */
export interface RuleOutcome {
  readonly verdict: 'accept' | 'drop' | 'return' | 'nat' | { readonly jump: string; readonly back: boolean };
  readonly unsure: boolean;
}

/** Whether a set has a key, and what its map answers with; `undefined` where that cannot be told. */
export type LookUp = (
  set: string,
  key: Uint8Array,
) => { readonly found: boolean; readonly verdict?: Attributes } | undefined;

type Register = number | undefined;

/** The outcome of one rule for such a packet, `undefined` where it does not apply or only counts. */
export function evaluateRule(
  expressions: readonly ExpressionInfo[],
  packet: PacketModel,
  lookUp: LookUp,
): RuleOutcome | undefined {
  const registers: Register[] = Array.from({ length: REGISTER_BYTES }, () => undefined);
  let unsure = false;
  for (const { name, attributes } of expressions) {
    const step = STEPS[name];
    const result = step === undefined ? 'unsure' : step(attributes, registers, packet, lookUp);
    if (result === 'no') return undefined;
    if (result === 'unsure') unsure = true;
    else if (result !== 'yes') return { verdict: result, unsure };
  }
  return undefined;
}

type StepResult = 'yes' | 'no' | 'unsure' | RuleOutcome['verdict'];
type Step = (attributes: Attributes, registers: Register[], packet: PacketModel, lookUp: LookUp) => StepResult;

const REGISTER_BYTES = 64;
const DREG = 1;

/** Four of 16 bytes and sixteen of 4 are the same memory. */
function offsetOf(register: number): number {
  return register < 8 ? (register - 1) * 16 : (register - 8) * 4;
}

function store(registers: Register[], register: number, bytes: Uint8Array | undefined, length: number): 'yes' {
  // The kernel fills up the last word with zeros: keys of several fields are made of whole words.
  const whole = (length + 3) & ~3;
  for (let at = 0; at < whole; at++)
    registers[offsetOf(register) + at] = bytes === undefined ? undefined : (bytes[at] ?? 0);
  return 'yes';
}

function load(registers: readonly Register[], register: number, length: number): Uint8Array | undefined {
  const bytes = registers.slice(offsetOf(register), offsetOf(register) + length);
  return bytes.length < length || bytes.includes(undefined) ? undefined : Uint8Array.from(bytes as number[]);
}

const STEPS: Readonly<Record<string, Step>> = {
  counter: () => 'yes',
  log: () => 'yes',
  notrack: () => 'yes',
  objref: () => 'yes',
  reject: () => 'drop',
  nat: () => 'nat',
  masq: () => 'nat',
  redir: () => 'nat',
  meta: (attributes, registers, packet) => {
    const bytes = metaBytes(attributes.number(2), packet);
    return store(registers, attributes.number(DREG) ?? 1, bytes, bytes?.length ?? 16);
  },
  payload: (attributes, registers, packet) => {
    const length = attributes.number(4) ?? 0;
    if (!attributes.has(DREG)) return 'yes';
    const bytes = payloadBytes(attributes.number(2), attributes.number(3) ?? 0, length, packet);
    return store(registers, attributes.number(DREG)!, bytes, length);
  },
  ct: (attributes, registers, packet) => {
    if (!attributes.has(DREG)) return 'yes';
    const bytes = conntrackBytes(attributes.number(2), packet);
    return store(registers, attributes.number(DREG)!, bytes, bytes?.length ?? 16);
  },
  fib: (attributes, registers) => store(registers, attributes.number(DREG) ?? 1, undefined, 16),
  byteorder: (attributes, registers) =>
    store(registers, attributes.number(2) ?? 1, undefined, attributes.number(4) ?? 4),
  bitwise: (attributes, registers) => {
    const length = attributes.number(3) ?? 0;
    const [value, bits, flips] = [
      load(registers, attributes.number(1) ?? 1, length),
      valueOf(attributes, 4),
      valueOf(attributes, 5),
    ];
    const result = value?.map((byte, at) => (byte & (bits?.[at] ?? 0)) ^ (flips?.[at] ?? 0));
    return store(registers, attributes.number(2) ?? 1, bits === undefined ? undefined : result, length);
  },
  cmp: (attributes, registers) => {
    const wanted = valueOf(attributes, 3) ?? new Uint8Array();
    const value = load(registers, attributes.number(1) ?? 1, wanted.length);
    return value === undefined ? 'unsure' : answer(compares(attributes.number(2) ?? 0, compareBytes(value, wanted)));
  },
  range: (attributes, registers) => {
    const [from, to] = [valueOf(attributes, 3) ?? new Uint8Array(), valueOf(attributes, 4) ?? new Uint8Array()];
    const value = load(registers, attributes.number(1) ?? 1, from.length);
    if (value === undefined) return 'unsure';
    const inside = compareBytes(value, from) >= 0 && compareBytes(value, to) <= 0;
    return answer(inside === (attributes.number(2) !== 1));
  },
  immediate: (attributes, registers) => {
    const register = attributes.number(1) ?? 0;
    if (register === 0) return verdictOf(attributes.nested(2).nested(2));
    const value = valueOf(attributes, 2);
    return store(registers, register, value, value?.length ?? 4);
  },
  lookup: (attributes, registers, _, lookUp) => {
    const key = registers.slice(offsetOf(attributes.number(2) ?? 1));
    const known = key.indexOf(undefined);
    const bytes = Uint8Array.from((known < 0 ? key : key.slice(0, known)) as number[]);
    const result = lookUp(attributes.text(1) ?? '', bytes);
    if (result === undefined) return 'unsure';
    if (attributes.number(3) === 0 && result.found && result.verdict !== undefined) return verdictOf(result.verdict);
    return answer(result.found === (attributes.number(5) !== 1));
  },
  // What iptables writes, as far as it is simple.
  match: (attributes, _, packet) => matchOf(attributes.text(1) ?? '', attributes.bytes(3), packet),
  target: (attributes) => (attributes.text(1) === 'REJECT' ? 'drop' : 'unsure'),
};

function answer(applies: boolean): 'yes' | 'no' {
  return applies ? 'yes' : 'no';
}

function valueOf(attributes: Attributes, type: number): Uint8Array | undefined {
  return attributes.nested(type).bytes(1);
}

const IFNAMSIZ = 16;
const ETHERTYPES = { ip: [0x08, 0x00], ip6: [0x86, 0xdd] } as const;
const NFPROTO = { ip: 2, ip6: 10 } as const;

function metaBytes(key: number | undefined, packet: PacketModel): Uint8Array | undefined {
  switch (key) {
    case 1:
      return Uint8Array.from(ETHERTYPES[packet.family]);
    case 6:
      return nameBytes(packet.iifname);
    case 7:
      return nameBytes(packet.oifname);
    case 15:
      return Uint8Array.of(NFPROTO[packet.family]);
    case 16:
      return Uint8Array.of(packet.protocol);
    default:
      return undefined;
  }
}

function nameBytes(name: string | undefined): Uint8Array | undefined {
  if (name === undefined) return undefined;
  const bytes = new Uint8Array(IFNAMSIZ);
  bytes.set(new TextEncoder().encode(name).subarray(0, IFNAMSIZ));
  return bytes;
}

/** Offsets in a header of IPv4 or IPv6, and in that of any transport. */
function payloadBytes(
  base: number | undefined,
  offset: number,
  length: number,
  packet: PacketModel,
): Uint8Array | undefined {
  if (base === 2) return offset === 2 && length === 2 ? Uint8Array.of(packet.port >> 8, packet.port & 255) : undefined;
  if (base !== 1) return undefined;
  const [source, destination, protocol, size] = packet.family === 'ip' ? [12, 16, 9, 4] : [8, 24, 6, 16];
  if (offset === protocol && length === 1) return Uint8Array.of(packet.protocol);
  if (offset === source && length <= size) return packet.source?.subarray(0, length);
  if (offset === destination && length <= size) return packet.destination?.subarray(0, length);
  return undefined;
}

const CT_STATE_NEW = 8;
const IPS_DST_NAT = 32;

function conntrackBytes(key: number | undefined, { isNatted }: PacketModel): Uint8Array | undefined {
  if (key === 0) return Uint8Array.of(CT_STATE_NEW, 0, 0, 0);
  if (key === 1) return Uint8Array.of(0);
  // Other bits of the status are set or not as the connection grows.
  return key === 2 ? Uint8Array.of(isNatted ? IPS_DST_NAT : 0, 0, 0, 0) : undefined;
}

function compareBytes(one: Uint8Array, other: Uint8Array): number {
  for (let at = 0; at < other.length; at++) if (one[at] !== other[at]) return one[at]! - other[at]!;
  return 0;
}

function compares(operator: number, order: number): boolean {
  return [order === 0, order !== 0, order < 0, order <= 0, order > 0, order >= 0][operator] ?? false;
}

const JUMP = -3;
const GOTO = -4;
const RETURN = -5;

function verdictOf(verdict: Attributes): StepResult {
  const code = verdict.number(1);
  if (code === 0) return 'drop';
  if (code === 1) return 'accept';
  if (code === RETURN) return 'return';
  if (code === JUMP || code === GOTO) return { jump: verdict.text(2) ?? '', back: code === JUMP };
  return 'unsure';
}

/** What iptables asks of a packet in its own binary words, in the machine's order of bytes. */
function matchOf(name: string, info: Uint8Array | undefined, packet: PacketModel): StepResult {
  if (name === 'comment') return 'yes';
  if (info === undefined) return 'unsure';
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  if (name === 'tcp' || name === 'udp') return portsMatch(view, packet);
  return name === 'conntrack' ? stateMatch(view, packet) : 'unsure';
}

/** struct xt_tcp and xt_udp begin with the ranges of ports. */
function portsMatch(view: DataView, { port }: PacketModel): StepResult {
  if (view.byteLength < 8) return 'unsure';
  if (port < view.getUint16(4, true) || port > view.getUint16(6, true)) return 'no';
  const anySource = view.getUint16(0, true) === 0 && view.getUint16(2, true) === 65535;
  return anySource ? 'yes' : 'unsure';
}

/** struct xt_conntrack_mtinfo3, behind eight addresses and seven numbers: what is asked, what is turned round, which states. */
const CONNTRACK_FLAGS_AT = 146;
const ASKS_STATE = 1;
/** Said beside it where the word was `--state`. */
const STATE_ALIAS = 1 << 13;
const XT_STATE_NEW = 8;
const XT_STATE_DNAT = 128;

function stateMatch(view: DataView, { isNatted }: PacketModel): StepResult {
  if (view.byteLength < CONNTRACK_FLAGS_AT + 6) return 'unsure';
  const [asked = 0, inverted = 0, states = 0] = [0, 2, 4].map((at) => view.getUint16(CONNTRACK_FLAGS_AT + at, true));
  if ((asked & ~STATE_ALIAS) !== ASKS_STATE) return 'unsure';
  const has = (states & (XT_STATE_NEW | (isNatted ? XT_STATE_DNAT : 0))) !== 0;
  return answer(has !== ((inverted & ASKS_STATE) !== 0));
}
