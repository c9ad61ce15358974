import type { NetworkConfig } from '../../spec/network.ts';

/**
 * `limpid0`, `limpid1`, …: the first that is no interface of this machine's and of no other network's, from this number on. The
 * default network's is `limpid0`, whichever network is made first.
 */
export function freeBridgeName(
  networks: readonly NetworkConfig[],
  interfaces: readonly string[],
  first: 0 | 1,
): string {
  const taken = new Set([...networks.map(({ interfaceName }) => interfaceName), ...interfaces]);
  for (let number: number = first; ; number++) if (!taken.has(`limpid${number}`)) return `limpid${number}`;
}
