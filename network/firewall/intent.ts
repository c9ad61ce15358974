import type { Endpoint, NetworkConfig, PortMapping } from '../../spec/network.ts';

/** What an endpoint publishes, as stored. */
export interface Published {
  readonly endpoint: Endpoint;
  readonly ports: readonly PortMapping[];
}

/** All that our table is to hold: stored intent. */
export interface FirewallIntent {
  readonly networks: readonly NetworkConfig[];
  readonly published: readonly Published[];
}
