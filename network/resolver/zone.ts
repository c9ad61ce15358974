import { formatAddress, parseAddress, type IpAddress } from '../../abi/ip/address.ts';

/** A running container on one network, as names know it. */
export interface ZoneEndpoint {
  readonly containerId: string;
  /** Its name and its aliases on this network. */
  readonly names: readonly string[];
  readonly network: string;
  /** Without prefix lengths. */
  readonly addresses: readonly string[];
  /** `--dns` of the container: whom to ask for the outside. */
  readonly servers: readonly string[];
}

/** A network whose containers find each other by name. */
export interface ZoneNetwork {
  readonly name: string;
  /** Where the resolver listens for it. */
  readonly gateways: readonly string[];
  /** Nothing of it is to reach the outside. */
  readonly internal: boolean;
  readonly servers: readonly string[];
}

/** Everything that names depend on, at one moment. */
export interface ZoneView {
  readonly networks: readonly ZoneNetwork[];
  readonly endpoints: readonly ZoneEndpoint[];
  /** The host's own resolvers. */
  readonly hostServers: readonly string[];
}

/** Who asks: the networks that it is on, and whom it may have asked for the outside. */
export interface ZoneClient {
  readonly networks: ReadonlySet<string>;
  /** None: it is not to reach the outside. */
  readonly servers: readonly string[];
}

const SHORT_ID = 12;

/** Names and addresses of containers, each network a world of its own. */
export class Zone {
  readonly #view: ZoneView;
  readonly #byName = new Map<string, { readonly network: string; readonly address: IpAddress }[]>();
  readonly #byAddress = new Map<string, ZoneEndpoint[]>();

  constructor(view: ZoneView) {
    this.#view = view;
    for (const endpoint of view.endpoints) {
      const names = new Set(
        [...endpoint.names, endpoint.containerId.slice(0, SHORT_ID)].map((name) => name.toLowerCase()),
      );
      for (const text of endpoint.addresses) {
        const address = parseAddress(text);
        if (address === undefined) continue;
        for (const name of names) pushTo(this.#byName, name, { network: endpoint.network, address });
        pushTo(this.#byAddress, formatAddress(address), endpoint);
      }
    }
  }

  /** The asker at `source` of the gateway of `network`. A stranger there, such as the host, is as one on that network. */
  client(source: string, network: string): ZoneClient {
    const endpoint = this.#byAddress.get(source)?.find((one) => one.network === network);
    const own = this.#view.endpoints.filter((one) => one.containerId === endpoint?.containerId);
    const networks = new Set([network, ...own.map((one) => one.network)]);
    const on = this.#view.networks.filter(({ name }) => networks.has(name));
    if (on.every(({ internal }) => internal)) return { networks, servers: [] };
    const asked = [endpoint?.servers ?? [], on.flatMap(({ servers }) => servers), this.#view.hostServers];
    return { networks, servers: asked.find((servers) => servers.length > 0) ?? [] };
  }

  has(source: string, network: string): boolean {
    return this.#byAddress.get(source)?.some((one) => one.network === network) ?? false;
  }

  /** Addresses behind a name, of both families; `undefined` where nothing on these networks is called so. */
  addresses(name: string, networks: ReadonlySet<string>): readonly IpAddress[] | undefined {
    const found = this.#byName.get(name)?.filter((one) => networks.has(one.network));
    return found === undefined || found.length === 0 ? undefined : found.map(({ address }) => address);
  }

  /** The first name behind an address. */
  nameOf(address: string, networks: ReadonlySet<string>): string | undefined {
    return this.#byAddress.get(address)?.find((one) => networks.has(one.network))?.names[0];
  }
}

function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
