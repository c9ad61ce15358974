import { formatAddress } from '../ip/address.ts';
import { decodeAttributes } from '../netlink/attribute.ts';
import { decodeMessages, type NetlinkMessage } from '../netlink/message.ts';
import { NFNL_SUBSYS_NFTABLES, NFT_MSG } from './batch.ts';
import { Attributes, decodeChain, decodeElements, decodeRule, type ElementInfo } from './decode.ts';
import { nftRule } from './nft-rule.ts';

/**
 * A batch in the words of nft(8), a command a change: `nft -f` does the same with them, in one transaction. Of the forms that
 * limpid makes itself; `undefined` where there is another one.
 */
export function nftCommands(batch: Uint8Array): string[] | undefined {
  const commands: string[] = [];
  for (const message of decodeMessages(batch)) {
    if (message.type >> 8 !== NFNL_SUBSYS_NFTABLES) continue;
    const command = commandOf(message);
    if (command === undefined) return undefined;
    commands.push(command);
  }
  return commands;
}

const NFT_MSG_GETTABLE = 1;

function commandOf(message: NetlinkMessage): string | undefined {
  const attributes = new Attributes(decodeAttributes(message.payload.subarray(4)));
  const place = `inet ${attributes.text(1)}`;
  switch (message.type & 255) {
    case NFT_MSG_GETTABLE:
      return `list table ${place}`;
    case NFT_MSG.newTable:
      return `add table ${place}`;
    case NFT_MSG.delTable:
      return `delete table ${place}`;
    case NFT_MSG.newChain:
      return `add chain ${place} ${chainWords(message)}`;
    case NFT_MSG.delRule:
      return `flush chain ${place} ${attributes.text(2)}`;
    case NFT_MSG.newRule:
      return ruleCommand(place, message);
    case NFT_MSG.newSet:
      return setCommand(place, attributes);
    case NFT_MSG.newSetElem:
      return elementsCommand('add', place, attributes.text(2) ?? '', decodeElements(message));
    case NFT_MSG.delSetElem:
      return elementsCommand('delete', place, attributes.text(2) ?? '', decodeElements(message));
    default:
      return undefined;
  }
}

const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'];

function chainWords(message: NetlinkMessage): string {
  const { name, base } = decodeChain(message);
  return base === undefined
    ? name
    : `${name} { type ${base.type} hook ${HOOKS[base.hook]} priority ${base.priority} ; }`;
}

function ruleCommand(place: string, message: NetlinkMessage): string | undefined {
  const { chain, expressions } = decodeRule(message);
  const rule = nftRule(expressions);
  return rule === undefined ? undefined : `add rule ${place} ${chain} ${rule}`;
}

const FIELD_BITS = 6;
const FIELD_NAMES: Readonly<Record<number, string>> = {
  7: 'ipv4_addr',
  8: 'ipv6_addr',
  12: 'inet_proto',
  13: 'inet_service',
  41: 'ifname',
};
const NFT_SET_INTERVAL = 4;

function setCommand(place: string, attributes: Attributes): string {
  const key = fieldNames(attributes.number(4) ?? 0);
  const value = attributes.number(6);
  const [kind, type] = value === undefined ? ['set', key] : ['map', `${key} : ${fieldNames(value)}`];
  const flags = ((attributes.number(3) ?? 0) & NFT_SET_INTERVAL) === 0 ? '' : ' flags interval ;';
  return `add ${kind} ${place} ${attributes.text(2)} { type ${type} ;${flags} }`;
}

function fieldNames(type: number): string {
  const names: string[] = [];
  for (let rest = type; rest !== 0; rest >>>= FIELD_BITS) names.unshift(FIELD_NAMES[rest & 63] ?? 'unknown');
  return names.join(' . ');
}

function elementsCommand(
  verb: string,
  place: string,
  set: string,
  elements: readonly ElementInfo[],
): string | undefined {
  const words = elements.map(elementWords);
  return words.includes(undefined) ? undefined : `${verb} element ${place} ${set} { ${words.join(', ')} }`;
}

function elementWords({ key, end, value, comment }: ElementInfo): string | undefined {
  const keyText = end === undefined ? keyWords(key) : rangeWords(key, end);
  const valueText = value === undefined ? '' : valueWords(value);
  if (keyText === undefined || valueText === undefined) return undefined;
  const note = comment === undefined ? '' : ` comment "${comment.replaceAll('"', '')}"`;
  return `${keyText}${note}${valueText === '' ? '' : ` : ${valueText}`}`;
}

const IFNAMSIZ = 16;
const PROTOCOLS: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };

/** Each of our keys has a length of its own. */
function keyWords(key: Uint8Array): string | undefined {
  switch (key.length) {
    case 8:
      return serviceWords(key);
    case 12:
      return `${formatAddress(key.slice(0, 4))} . ${serviceWords(key.subarray(4))}`;
    case 24:
      return `${formatAddress(key.slice(0, 16))} . ${serviceWords(key.subarray(16))}`;
    case IFNAMSIZ:
      return nameWords(key);
    case 2 * IFNAMSIZ:
      return `${nameWords(key.subarray(0, IFNAMSIZ))} . ${nameWords(key.subarray(IFNAMSIZ))}`;
    default:
      return undefined;
  }
}

function rangeWords(key: Uint8Array, end: Uint8Array): string {
  const [first, last] = [key, end].map((bytes) => formatAddress(bytes.slice(IFNAMSIZ)));
  return `${nameWords(key.subarray(0, IFNAMSIZ))} . ${first}-${last}`;
}

function valueWords(value: Uint8Array): string | undefined {
  switch (value.length) {
    case 4:
    case 16:
      return formatAddress(value);
    case 8:
    case 20:
      return `${formatAddress(value.slice(0, value.length - 4))} . ${portOf(value, value.length - 4)}`;
    default:
      return undefined;
  }
}

function serviceWords(key: Uint8Array): string {
  return `${PROTOCOLS[key[0]!] ?? key[0]} . ${portOf(key, 4)}`;
}

function portOf(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!;
}

function nameWords(bytes: Uint8Array): string {
  return `"${new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)))}"`;
}
