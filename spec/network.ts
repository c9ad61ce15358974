/** What users ask for of networks, as stored: podman's words, every field resolved. */

export interface Subnet {
  /** `10.88.0.0/16`, or IPv6. */
  readonly subnet: string;
  readonly gateway?: string;
  /** `--ip-range`: addresses are taken from here; first and last included. */
  readonly leaseRange?: { readonly start: string; readonly end: string };
}

export interface NetworkConfig {
  readonly name: string;
  /** 64 hex digits. */
  readonly id: string;
  readonly driver: 'bridge' | 'macvlan' | 'ipvlan';
  /** The bridge, or for macvlan and ipvlan the parent interface. */
  readonly interfaceName: string;
  /** RFC 3339. */
  readonly created: string;
  readonly subnets: readonly Subnet[];
  readonly ipv6: boolean;
  readonly internal: boolean;
  readonly isolate: boolean | 'strict';
  readonly dnsEnabled: boolean;
  /** `--dns` of the network: resolvers instead of the host's. */
  readonly dnsServers: readonly string[];
  readonly mtu?: number;
  readonly vlan?: number;
  readonly metric?: number;
  readonly noDefaultRoute: boolean;
  readonly routes: readonly { readonly destination: string; readonly gateway: string; readonly metric?: number }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}

/** One network that a container asks for: `--network NAME:ip=…`. */
export interface NetworkAttachment {
  readonly network: string;
  readonly ip?: string;
  readonly ip6?: string;
  readonly mac?: string;
  readonly aliases: readonly string[];
  readonly interfaceName?: string;
}

/** One published port, ranges expanded. */
export interface PortMapping {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** `''` for every address of the host. */
  readonly hostIp: string;
  /** 0 until one is chosen. */
  readonly hostPort: number;
  readonly containerPort: number;
}

/** A container's place on a network, once its lease is taken. */
export interface Endpoint {
  readonly containerId: string;
  readonly containerName: string;
  readonly network: NetworkConfig;
  /** Inside: `eth0`. */
  readonly interfaceName: string;
  /** The veth's other end on the host; found again from the container's id. */
  readonly hostInterface: string;
  /** Of its routes: no two default routes of a container have the same. */
  readonly metric?: number;
  readonly mac: string;
  /** With prefix length: `10.88.0.2/16`. */
  readonly ip?: string;
  readonly ip6?: string;
  readonly aliases: readonly string[];
}
