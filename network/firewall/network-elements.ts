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
export function networkElements({ driver, interfaceName, name, internal, isolate }: NetworkConfig): PlacedElement[] {
  if (driver !== 'bridge') return [];
  const sets: SetName[] = ['bridges', internal ? 'internal' : 'masqueraded'];
  if (isolate !== false) sets.push(isolate === 'strict' ? 'strict' : 'isolated');
  const key = new Uint8Array(IFNAMSIZ);
  key.set(new TextEncoder().encode(interfaceName));
  const elements = sets.map((set): PlacedElement => ({ set, key, comment: name }));
  return [...elements, { set: 'within', key: concatenate([key, key]), comment: name }];
}
