import type { ContainerConfig, NameConfig } from '../../engine/config.ts';
import { addressWord } from '../../engine/networks/address-words.ts';
import { optionError } from '../parse/option-error.ts';
import type { CreateRequest } from './request.ts';

const HOST_NAME = /^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/;

/** `--dns…`, `--add-host`, `--no-hosts`: `names` of the config, only where something was asked. */
export function translateHostNames(request: CreateRequest): Pick<ContainerConfig, 'names'> {
  const { dns, 'dns-search': search, 'dns-option': options, 'add-host': added, 'no-hosts': noHosts } = request.options;
  if (dns.length + search.length + options.length + added.length === 0 && !noHosts) return {};
  request.because('mounts[/etc/hosts]', 'add-host', 'no-hosts');
  request.because('mounts[/etc/resolv.conf]', 'dns', 'dns-search', 'dns-option');
  refuseJoined(request);
  if (noHosts && added.length > 0) throw optionError('--no-hosts', `it excludes ${request.flag('add-host')}`);
  const isNone = dns.includes('none');
  if (isNone && dns.length + search.length + options.length > 1)
    throw optionError('--dns none', 'it excludes all that resolv.conf could say');
  const names: NameConfig = {
    ...(isNone ? { noResolvConf: true } : dns.length === 0 ? {} : { servers: dns.map(serverWord) }),
    ...(search.length === 0 ? {} : { search: search.map((domain) => lineWord(domain, '--dns-search')) }),
    ...(options.length === 0 ? {} : { options: options.map((option) => lineWord(option, '--dns-option')) }),
    ...(added.length === 0 ? {} : { hosts: added.map(hostWord) }),
    ...(noHosts ? { noHosts } : {}),
  };
  return { names };
}

/** A joined network namespace brings its names along. */
function refuseJoined(request: CreateRequest): void {
  const joined = request.options.network.find((text) => text.startsWith('container:'));
  const flag = (['dns', 'dns-search', 'dns-option'] as const).find((name) => request.given(name));
  if (joined !== undefined && flag !== undefined)
    throw optionError(request.flag(flag), `it excludes --network ${joined}: the network is that container's`);
}

function serverWord(text: string): string {
  const word = addressWord(text);
  if (word === undefined) throw optionError(`${JSON.stringify(text)} for --dns`, 'an IP address is wanted');
  return word;
}

/** Nothing that would begin another word, or another line, of the file. */
function lineWord(text: string, flag: string): string {
  if (text === '' || /[\s#;]/.test(text))
    throw optionError(`${JSON.stringify(text)} for ${flag}`, 'one word is wanted');
  return text;
}

function hostWord(text: string): string {
  const colon = text.indexOf(':');
  const [name, address] = [text.slice(0, colon), text.slice(colon + 1)];
  const bare = address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
  const word = bare === 'host-gateway' ? bare : addressWord(bare);
  if (colon > 0 && HOST_NAME.test(name) && word !== undefined) return `${name}:${word}`;
  throw optionError(`${JSON.stringify(text)} for --add-host`, 'NAME:ADDRESS or NAME:host-gateway is wanted');
}
