import { lastAddress, parseSubnet } from '../../abi/ip/subnet.ts';
import { concatenate } from '../../abi/nftables/attributes.ts';
import type { SetElement } from '../../abi/nftables/set.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import type { SetName } from './table.ts';

/** An element, and where it belongs. */
export interface PlacedElement extends SetElement {
  readonly set: SetName;
}

const IFNAMSIZ = 16;

/** What the sets hold because of this network. Only bridges are behind the host's firewall. */
export function networkElements(network: NetworkConfig): PlacedElement[] {
  const { driver, interfaceName, name, internal, isolate } = network;
  if (driver !== 'bridge') return [];
  const sets: SetName[] = ['bridges', internal ? 'internal' : 'masqueraded'];
  if (isolate !== false) sets.push(isolate === 'strict' ? 'strict' : 'isolated');
  const key = new Uint8Array(IFNAMSIZ);
  key.set(new TextEncoder().encode(interfaceName));
  const elements = sets.map((set): PlacedElement => ({ set, key, comment: name }));
  elements.push({ set: 'within', key: concatenate([key, key]), comment: name });
  for (const { subnet } of network.subnets) elements.push(subnetElement(key, subnet, name));
  return elements;
}

function subnetElement(bridge: Uint8Array, text: string, comment: string): PlacedElement {
  const subnet = parseSubnet(text);
  if (subnet === undefined) throw new RangeError(`no subnet "${text}"`);
  const set = subnet.address.length === 4 ? 'subnets4' : 'subnets6';
  const [key, end] = [subnet.address, lastAddress(subnet)].map((address) => concatenate([bridge, address]));
  return { set, key: key!, end: end!, comment };
}
