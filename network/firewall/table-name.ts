import type { NetworkPlace } from '../store/place.ts';

const DEFAULT_ROOT = '/var/lib/limpid';

/** The one table of a world: `inet limpid`, or for a world of another root, so that none meets another, `limpid-HASH`. */
export function firewallTable({ root }: Pick<NetworkPlace, 'root'>): string {
  return root === DEFAULT_ROOT ? 'limpid' : `limpid-${Bun.hash(root).toString(16).padStart(16, '0').slice(0, 8)}`;
}
