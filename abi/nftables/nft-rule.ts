import { formatAddress } from '../ip/address.ts';
import type { Attributes, ExpressionInfo } from './decode.ts';

/** The expressions of a rule as nft(8) writes it; `undefined` where one is not of those that limpid's rules have. */
export function nftRule(expressions: readonly ExpressionInfo[]): string | undefined {
  const rule = new RuleText();
  for (const { name, attributes } of expressions) {
    const write = WRITERS[name];
    if (write === undefined || !write(rule, attributes)) return undefined;
  }
  return rule.words.join(' ');
}

class RuleText {
  readonly words: string[] = [];
  /** What the registers hold, by their first byte. */
  readonly held = new Map<number, string>();

  /** All that is held from this register on: the fields of a key. */
  from(register: number): string {
    const fields = [...this.held].filter(([at]) => at >= register).sort(([one], [other]) => one - other);
    return fields.map(([, text]) => text).join(' . ');
  }

  /** Takes what a lookup or a comparison has read. */
  take(register: number): string {
    const text = this.from(register);
    for (const at of this.held.keys()) if (at >= register) this.held.delete(at);
    return text;
  }
}

type Writer = (rule: RuleText, attributes: Attributes) => boolean;

const META: Readonly<Record<number, string>> = {
  5: 'oif',
  6: 'iifname',
  7: 'oifname',
  15: 'meta nfproto',
  16: 'meta l4proto',
};
const CT: Readonly<Record<number, string>> = {
  0: 'ct state',
  1: 'ct direction',
  2: 'ct status',
  20: 'ct original ip daddr',
  22: 'ct original ip6 daddr',
};
/** base.offset.length */
const PAYLOADS: Readonly<Record<string, string>> = {
  '1.12.4': 'ip saddr',
  '1.16.4': 'ip daddr',
  '1.16.1': 'ip daddr',
  '1.8.16': 'ip6 saddr',
  '1.24.16': 'ip6 daddr',
  '2.2.2': 'th dport',
};
const FIB_IIF = 8;

const WRITERS: Readonly<Record<string, Writer>> = {
  meta: (rule, attributes) => hold(rule, attributes.number(1), META[attributes.number(2) ?? -1]),
  ct: (rule, attributes) => hold(rule, attributes.number(1), CT[attributes.number(2) ?? -1]),
  fib: (rule, attributes) => {
    const arrival = ((attributes.number(3) ?? 0) & FIB_IIF) === 0 ? '' : ' . iif';
    return hold(rule, attributes.number(1), `fib daddr${arrival} type`);
  },
  payload: (rule, attributes) => {
    const field = PAYLOADS[[2, 3, 4].map((type) => attributes.number(type)).join('.')];
    const source = attributes.number(5);
    if (source === undefined) return hold(rule, attributes.number(1), field);
    rule.words.push(`${field} set ${rule.take(source)}`);
    return field !== undefined;
  },
  bitwise: (rule, attributes) => {
    const register = attributes.number(1) ?? 0;
    const bits = attributes.nested(4).bytes(1) ?? new Uint8Array(4);
    const held = rule.held.get(register) ?? '';
    rule.held.set(
      register,
      held.startsWith('ct original') ? `${held} & ${formatAddress(bits)}` : `${held} & ${bits[0]}`,
    );
    return true;
  },
  cmp: (rule, attributes) => {
    const register = attributes.number(1) ?? 0;
    const held = rule.held.get(register) ?? '';
    const text = comparison(held, attributes.number(2) === 1, attributes.nested(3).bytes(1) ?? new Uint8Array());
    if (text === undefined) return false;
    rule.words.push(text);
    rule.held.delete(register);
    return true;
  },
  lookup: (rule, attributes) => {
    const register = attributes.number(2) ?? 0;
    const into = attributes.number(3);
    const key = rule.take(register);
    if (into === undefined) rule.words.push(`${key} ${attributes.number(5) === 1 ? '!= ' : ''}@${attributes.text(1)}`);
    else rule.held.set(into, `${key} map @${attributes.text(1)}`);
    return true;
  },
  immediate: (rule, attributes) => {
    const register = attributes.number(1) ?? 0;
    const value = attributes.nested(2).bytes(1);
    if (register !== 0) return hold(rule, register, value === undefined ? undefined : formatAddress(value));
    const verdict = attributes.nested(2).nested(2);
    const word = VERDICTS[verdict.number(1) ?? 99];
    rule.words.push(word === 'jump' ? `jump ${verdict.text(2)}` : (word ?? ''));
    return word !== undefined;
  },
  nat: (rule, attributes) => {
    rule.words.push(`dnat ${attributes.number(2) === 2 ? 'ip' : 'ip6'} to ${rule.take(attributes.number(3) ?? 0)}`);
    return true;
  },
  masq: (rule) => {
    rule.words.push('masquerade');
    return true;
  },
};

const VERDICTS: Readonly<Record<number, string>> = { 0: 'drop', 1: 'accept', [-5]: 'return', [-3]: 'jump' };

function hold(rule: RuleText, register: number | undefined, text: string | undefined): boolean {
  if (register === undefined || text === undefined) return false;
  rule.held.set(register, text);
  return true;
}

const RTN: Readonly<Record<number, string>> = { 2: 'local', 3: 'broadcast', 5: 'multicast' };
const FAMILIES: Readonly<Record<number, string>> = { 2: 'ipv4', 10: 'ipv6' };
const STATES: Readonly<Record<string, string>> = {
  'ct state & 6': 'ct state established,related',
  'ct state & 1': 'ct state invalid',
  'ct status & 32': 'ct status dnat',
};

function comparison(held: string, not: boolean, value: Uint8Array): string | undefined {
  const sign = not ? '!= ' : '';
  if (held.startsWith('fib')) return `${held} ${sign}${RTN[value[0]!]}`;
  // The one index that means the same on every host.
  if (held === 'oif') return value[0] === 1 ? `oif ${sign}lo` : undefined;
  if (held === 'meta nfproto') return `${held} ${sign}${FAMILIES[value[0]!]}`;
  if (held === 'ct direction') return `${held} ${value[0] === 1 ? 'reply' : 'original'}`;
  const state = STATES[held];
  if (state !== undefined) return not ? state : state.replace('ct status ', 'ct status ! ');
  if (held.endsWith('ip daddr') && value.length === 1) return `${held} ${value[0]}.0.0.0/8`;
  return value.length === 4 || value.length === 16 ? `${held} ${sign}${formatAddress(value)}` : undefined;
}
