import { asMap } from '../template/value.ts';

type Fields = Readonly<Record<string, unknown>>;

/** podman's structs, whose names templates use; JSON has others. */
const NAMES: Fields = {
  name: 'Name',
  id: 'ID',
  driver: 'Driver',
  network_interface: 'NetworkInterface',
  created: 'Created',
  subnets: 'Subnets',
  subnet: 'Subnet',
  gateway: 'Gateway',
  lease_range: 'LeaseRange',
  start_ip: 'StartIP',
  end_ip: 'EndIP',
  routes: 'Routes',
  destination: 'Destination',
  metric: 'Metric',
  ipv6_enabled: 'IPv6Enabled',
  internal: 'Internal',
  dns_enabled: 'DNSEnabled',
  network_dns_servers: 'NetworkDNSServers',
  labels: 'Labels',
  options: 'Options',
  ipam_options: 'IPAMOptions',
  containers: 'Containers',
  host_changes: 'HostChanges',
};

/** What a document leaves out where it is empty. */
const EMPTY: Fields = { routes: [], network_dns_servers: [], labels: asMap({}), options: asMap({}) };
/** Of a subnet. */
const NOTHING: Fields = { gateway: null, lease_range: null };

/**
 * The document of a network, in Go's view (`withMaps`), for templates: its fields have podman's names as well,
 * `{{range .Subnets}}{{.Subnet}}{{end}}`, and those are there that are empty.
 */
export function nameNetworkFields(document: object): void {
  addNames(document, EMPTY);
}

function addNames(owner: object, unsaid: Fields): void {
  for (const [key, value] of [...Object.entries(unsaid), ...Object.entries(owner)]) {
    const isSaid = Object.hasOwn(owner, key);
    if (Array.isArray(value))
      for (const item of value) if (isObject(item)) addNames(item, key === 'subnets' ? NOTHING : {});
    if (key === 'lease_range' && isObject(value)) addNames(value, {});
    // Whoever prints the whole sees each field once.
    const field = { value, configurable: true };
    if (!isSaid) Object.defineProperty(owner, key, field);
    if (key in NAMES && Object.getPrototypeOf(owner) !== null)
      Object.defineProperty(owner, NAMES[key] as string, field);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
