import type { Endpoint, NetworkConfig, PortMapping } from '../../spec/network.ts';

/** What an endpoint publishes, as stored. */
export interface Published {
  readonly endpoint: Endpoint;
  readonly ports: readonly PortMapping[];
}

/** All that our table is to hold: stored intent. */
export interface FirewallIntent {
  /** `firewallTable` of the world. */
  readonly table: string;
  readonly networks: readonly NetworkConfig[];
  readonly published: readonly Published[];
}
