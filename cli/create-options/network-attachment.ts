import { addressWord, macWord } from '../../engine/networks/address-words.ts';
import { INTERFACE_NAME_WANTED, isInterfaceName } from '../../spec/interface-name.ts';
import type { NetworkAttachment } from '../../spec/network.ts';
import { optionError } from '../parse/option-error.ts';
import type { CreateRequest } from './request.ts';

/** What `bridge`, `private` and `default` stand for. */
const DEFAULT_NETWORK = 'limpid';
const DEFAULT_WORDS = ['', 'bridge', 'private', 'default'];
const NETWORK_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
/** A host name's part. */
const ALIAS = /^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/;

/** `NAME[:KEY=VALUE,…]`, podman's form. */
export function attachmentOf(request: CreateRequest, text: string): NetworkAttachment {
  const colon = text.indexOf(':');
  const word = colon < 0 ? text : text.slice(0, colon);
  const network = DEFAULT_WORDS.includes(word) ? DEFAULT_NETWORK : word;
  if (network !== DEFAULT_NETWORK && !NETWORK_NAME.test(network))
    throw optionError(request.flag('network'), `"${word}" is no name of a network`);
  return colon < 0 ? { network, aliases: [] } : { network, ...attachmentOptions(request, text.slice(colon + 1)) };
}

type Options = Omit<NetworkAttachment, 'network'>;

function attachmentOptions(request: CreateRequest, text: string): Options {
  const aliases: string[] = [];
  const options: Omit<Options, 'aliases'> = {};
  for (const pair of text === '' ? [] : text.split(',')) {
    const equals = pair.indexOf('=');
    const [key, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
    const where = `${key}=${value} for --network`;
    if (equals < 1 || value === '') throw optionError(request.flag('network'), `"${pair}" is not KEY=VALUE`);
    if (key === 'alias') aliases.push(aliasWord(value, where));
    else Object.assign(options, attachmentOption(request, key, value, where, options));
  }
  return { ...options, aliases };
}

function attachmentOption(
  request: CreateRequest,
  key: string,
  value: string,
  where: string,
  { ip, ip6 }: Omit<Options, 'aliases'>,
): Omit<Options, 'aliases'> {
  if (key === 'ip' || key === 'ip6') {
    const v4 = addressWord(value, 4);
    const v6 = addressWord(value, 6);
    if ((v4 !== undefined && ip !== undefined) || (v6 !== undefined && ip6 !== undefined))
      throw optionError(where, 'an interface has one address of each family');
    if (key === 'ip' && v4 !== undefined) return { ip: v4 };
    if (v6 !== undefined) return { ip6: v6 };
    throw optionError(where, `an ${key === 'ip' ? 'IP' : 'IPv6'} address is wanted`);
  }
  if (key === 'mac') return { mac: macOption(value, where) };
  if (key === 'interface_name') return { interfaceName: interfaceOption(value, where) };
  throw optionError(request.flag('network'), `"${key}" is none of ip, ip6, mac, alias, interface_name`);
}

/** `--ip`, `--ip6`, `--mac-address` where there is one network; `--network-alias` on all of them. */
export function withContainerOptions(
  request: CreateRequest,
  attachments: readonly NetworkAttachment[],
): readonly NetworkAttachment[] {
  const { ip, ip6, 'mac-address': mac, 'network-alias': aliases } = request.options;
  if (ip === undefined && ip6 === undefined && mac === undefined && aliases.length === 0) return attachments;
  const [first, second] = attachments;
  const flags = (['ip', 'ip6', 'mac-address'] as const).filter((name) => request.given(name));
  if (second !== undefined && flags.length > 0)
    throw optionError(request.flag(flags[0]!), 'there are several networks', 'say it behind each, NAME:ip=ADDRESS');
  const single = {
    ...(ip === undefined ? {} : { ip: addressOption(ip, 4, request.flag('ip')) }),
    ...(ip6 === undefined ? {} : { ip6: addressOption(ip6, 6, request.flag('ip6')) }),
    ...(mac === undefined ? {} : { mac: macOption(mac, request.flag('mac-address')) }),
  };
  const more = aliases.map((alias) => aliasWord(alias, `${alias} for --network-alias`));
  if (second === undefined) {
    refuseTwo(request, first!, single);
    return [{ ...first!, ...single, aliases: [...first!.aliases, ...more] }];
  }
  return attachments.map((attachment) => ({ ...attachment, aliases: [...attachment.aliases, ...more] }));
}

/** What is said behind the network's name and by an option of its own has to be the same. */
function refuseTwo(request: CreateRequest, first: NetworkAttachment, single: Partial<NetworkAttachment>): void {
  for (const [key, flag] of [
    ['ip', 'ip'],
    ['ip6', 'ip6'],
    ['mac', 'mac-address'],
  ] as const) {
    const [one, other] = [first[key], single[key]];
    if (one !== undefined && other !== undefined && one !== other)
      throw optionError(request.flag(flag), `${request.flag('network')} says another one`);
  }
}

/** Throws EOPTION where two would be on the same network, or have the same interface. */
export function checkAttachments(request: CreateRequest, attachments: readonly NetworkAttachment[]): void {
  for (let index = 1; index < attachments.length; index++) {
    const { network, interfaceName } = attachments[index]!;
    const before = attachments.slice(0, index);
    if (before.some((other) => other.network === network))
      throw optionError(request.flag('network'), `it names "${network}" twice`);
    if (interfaceName !== undefined && before.some((other) => other.interfaceName === interfaceName))
      throw optionError(request.flag('network'), `it names interface "${interfaceName}" twice`);
  }
}

function addressOption(text: string, family: 4 | 6, flag: string): string {
  const word = addressWord(text, family);
  if (word === undefined) throw optionError(flag, `an IPv${family} address is wanted`);
  return word;
}

function macOption(text: string, flag: string): string {
  const word = macWord(text);
  if (word === undefined)
    throw optionError(flag, 'six bytes of which the first is even are wanted, such as 02:00:00:00:00:01');
  return word;
}

function interfaceOption(text: string, where: string): string {
  if (text === 'lo') throw optionError(where, 'each container has one already');
  if (!isInterfaceName(text)) throw optionError(where, `it is no name of an interface: ${INTERFACE_NAME_WANTED}`);
  return text;
}

function aliasWord(text: string, where: string): string {
  if (!ALIAS.test(text)) throw optionError(where, 'letters, digits, "-", "_" and "." are wanted');
  return text;
}

/** The options of `network connect`. */
export function connectOptions(options: {
  readonly alias: readonly string[];
  readonly ip: string | undefined;
  readonly ip6: string | undefined;
  readonly 'mac-address': string | undefined;
  readonly 'interface-name': string | undefined;
}): Options {
  const { alias, ip, ip6, 'mac-address': mac, 'interface-name': name } = options;
  return {
    ...(ip === undefined ? {} : { ip: addressOption(ip, 4, `--ip ${ip}`) }),
    ...(ip6 === undefined ? {} : { ip6: addressOption(ip6, 6, `--ip6 ${ip6}`) }),
    ...(mac === undefined ? {} : { mac: macOption(mac, `--mac-address ${mac}`) }),
    ...(name === undefined ? {} : { interfaceName: interfaceOption(name, `--interface-name ${name}`) }),
    aliases: alias.map((one) => aliasWord(one, `${one} for --alias`)),
  };
}
