import type { NetworkConfig } from '../../spec/network.ts';

/** `limpid0`, `limpid1`, …: the first that is no interface of this machine's and of no other network's. */
export function freeBridgeName(networks: readonly NetworkConfig[], interfaces: readonly string[]): string {
  const taken = new Set([...networks.map(({ interfaceName }) => interfaceName), ...interfaces]);
  for (let number = 0; ; number++) if (!taken.has(`limpid${number}`)) return `limpid${number}`;
}
