import { hostHostname } from '../../kernel/hostname.ts';
import { containerHostname } from '../spec/hostname.ts';
import { parseAddress, type IpAddress } from '../../abi/ip/address.ts';
import { parseSubnet, containsAddress } from '../../abi/ip/subnet.ts';
import { leasedAddresses } from '../../network/endpoints.ts';
import { addressRange } from '../../network/leases/range.ts';
import { leasesDirectory } from '../../network/store/place.ts';
import type { Op } from '../../plan/ops.ts';
import type { Endpoint } from '../../spec/network.ts';
import type { StartedContainer } from '../containers/start.ts';
import { nameClaim } from '../records/paths.ts';
import type { World } from '../world.ts';
import { BLANK, own, type Own } from './blanks.ts';
import { freshOps } from './fresh-ops.ts';

/** What in a plan is one container's own, and where its address came from. */
export interface OwnThings {
  /** As native/again_lease.c takes them: the directory, the first address as a number, how many, which one is nobody's. */
  readonly leases: readonly [directory: string, first: number, size: number, reserved: number];
  /** Which name it cannot have: in /etc/hosts the two would be one. Empty where there is none. */
  readonly hostname: string;
  readonly ofOp: (op: Op) => readonly Own[];
  readonly ofEndpoint: readonly Own[];
}

const SHORT_ID = 12;
const NO_LEASES = ['', 0, 0, 0] as const;

/** `undefined` where what is its own cannot be told apart: then another container would start with something of this one's. */
export function ownOf(
  world: World,
  { config, paths, plan, networks }: Pick<StartedContainer, 'config' | 'paths' | 'plan' | 'networks'>,
): OwnThings | undefined {
  const { id, name } = config;
  const ids = ownIds(id);
  const claim = nameClaim(world, name);
  const directory = claim.slice(0, -name.length);
  const ofClaim = [own(BLANK.name, name, { before: directory }), ...ids];
  const fresh = networks === undefined ? new Set<Op>() : freshOps(plan, networks, paths);
  const [endpoint] = networks?.endpoints ?? [];
  const address = endpoint && ownAddress(endpoint);
  if (endpoint !== undefined && (fresh.size === 0 || address === undefined)) return undefined;
  const hostname = endpoint === undefined ? '' : containerHostname(config, hostHostname());
  if (hostname === name) return undefined;
  const ofNetwork = endpoint && address ? [...namesOf(config, endpoint, hostname), ...address, ...ids] : ids;
  return {
    leases: endpoint === undefined ? NO_LEASES : leasesOf(world, endpoint),
    hostname: hostname === id.slice(0, SHORT_ID) ? '' : hostname,
    ofOp: (op) => {
      if (op.op === 'record_start') return [ownStart(op.prefix), ...ids];
      if ('path' in op && op.path === claim) return ofClaim;
      return fresh.has(op) ? ofNetwork : ids;
    },
    ofEndpoint: ofNetwork,
  };
}

/** The host name of who is given none is the start of the id. */
export function ownIds(id: string): Own[] {
  return [own(BLANK.id, id), own(BLANK.shortId, id.slice(0, SHORT_ID))];
}

/** Behind the boot. */
function ownStart(prefix: string): Own {
  const at = prefix.indexOf(' ') + 1;
  return own(BLANK.started, prefix.slice(at), { before: prefix.slice(0, at) });
}

/** Its veth; its name in /etc/hosts, and in what the firewall says of its ports. */
function namesOf({ id, name }: StartedContainer['config'], { hostInterface }: Endpoint, hostname: string): Own[] {
  const shortId = id.slice(0, SHORT_ID);
  const comment = { text: Buffer.from(`${shortId} ${name}`), pieces: [BLANK.shortId, Buffer.from(' '), BLANK.name] };
  // Beside it alone: a search domain or a name of the host may be the same word.
  const beside = own(BLANK.name, name, { before: `\t${hostname} `, after: '\n' });
  return [own(BLANK.hostInterface, hostInterface), comment, beside];
}

function ownAddress(endpoint: Endpoint): Own[] | undefined {
  const [text = ''] = leasedAddresses(endpoint);
  const bytes = parseAddress(text);
  const hex =
    bytes &&
    Buffer.from(bytes)
      .toString('hex')
      .replace(/..(?!$)/g, '$&:');
  // One that somebody chose is not made of the address.
  if (bytes === undefined || hex === undefined || endpoint.mac !== `02:4c:${hex}`) return undefined;
  // In /etc/hosts, before a prefix length, and as the name of its lease.
  const texts = [{ after: '\t' }, { after: '/' }, { before: `leases/${endpoint.network.name}/` }];
  return [
    own(BLANK.addressHex, hex),
    ...texts.map((around) => own(BLANK.address, text, around)),
    own(BLANK.addressBytes, bytes),
  ];
}

function leasesOf(world: World, { network, ip = '' }: Endpoint): OwnThings['leases'] {
  const address = parseAddress(ip.slice(0, ip.indexOf('/')))!;
  const subnet = network.subnets.find((one) => containsAddress(parseSubnet(one.subnet)!, address))!;
  const { first, size, reserved } = addressRange(subnet);
  return [leasesDirectory(world, network.name), numberOf(first), size, reserved < 0 ? size : reserved];
}

function numberOf(address: IpAddress): number {
  return new DataView(address.buffer, address.byteOffset).getUint32(0);
}
