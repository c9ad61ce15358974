import { newSet, type SetShape } from '../../abi/nftables/set.ts';
import { newChain, type BaseChain } from '../../abi/nftables/ruleset.ts';
import type { Change } from '../../abi/nftables/batch.ts';
import type { NetworkConfig } from '../../spec/network.ts';

/**
 * Interfaces by what their network is, with themselves for what stays within, with the subnets behind them; and where published ports lead: by address,
 * protocol and port of the host, or (`_any`) on all of its addresses. `gates` have the source address that the
 * host's loopback takes on towards a container.
 */
export const SETS = [
  { name: 'bridges', key: ['ifname'] },
  { name: 'within', key: ['ifname', 'ifname'] },
  { name: 'subnets4', key: ['ifname', 'ipv4_addr'], ranges: true },
  { name: 'subnets6', key: ['ifname', 'ipv6_addr'], ranges: true },
  { name: 'masqueraded', key: ['ifname'] },
  { name: 'internal', key: ['ifname'] },
  { name: 'isolated', key: ['ifname'] },
  { name: 'strict', key: ['ifname'] },
  {
    name: 'published4',
    key: ['ipv4_addr', 'inet_proto', 'inet_service'],
    value: ['ipv4_addr', 'inet_service'],
  },
  { name: 'published4_any', key: ['inet_proto', 'inet_service'], value: ['ipv4_addr', 'inet_service'] },
  {
    name: 'published6',
    key: ['ipv6_addr', 'inet_proto', 'inet_service'],
    value: ['ipv6_addr', 'inet_service'],
  },
  { name: 'published6_any', key: ['inet_proto', 'inet_service'], value: ['ipv6_addr', 'inet_service'] },
  { name: 'gates4', key: ['ipv4_addr', 'inet_proto', 'inet_service'], value: ['ipv4_addr'] },
  { name: 'gates4_any', key: ['inet_proto', 'inet_service'], value: ['ipv4_addr'] },
  { name: 'gates6', key: ['ipv6_addr', 'inet_proto', 'inet_service'], value: ['ipv6_addr'] },
  { name: 'gates6_any', key: ['inet_proto', 'inet_service'], value: ['ipv6_addr'] },
] as const satisfies readonly SetShape[];

export type SetName = (typeof SETS)[number]['name'];

/** Before connection tracking looks at a packet. */
const RAW = -300;
const DSTNAT = -100;
const FILTER = 0;
const SRCNAT = 100;
const BEHIND_SRCNAT = 150;

const CHAINS = {
  publish: undefined,
  prerouting: { type: 'nat', hook: 'prerouting', priority: DSTNAT },
  output: { type: 'nat', hook: 'output', priority: DSTNAT },
  postrouting: { type: 'nat', hook: 'postrouting', priority: SRCNAT },
  forward: { type: 'filter', hook: 'forward', priority: FILTER },
  input: { type: 'filter', hook: 'input', priority: FILTER },
  from_internal: undefined,
  loopback_out: { type: 'filter', hook: 'output', priority: RAW },
  gates: undefined,
  loopback_in: { type: 'filter', hook: 'input', priority: BEHIND_SRCNAT },
  answers: undefined,
} as const satisfies Readonly<Record<string, BaseChain | undefined>>;

export type ChainName = keyof typeof CHAINS;

/** What of them a table has. */
export interface TableParts {
  readonly sets: readonly SetName[];
  readonly chains: readonly ChainName[];
}

const INTERNAL: readonly ChainName[] = ['input', 'from_internal'];

/** Those chains that only a host with an internal network has: each packet to the host itself comes by there. */
export function internalChains(networks: readonly Pick<NetworkConfig, 'internal'>[]): readonly ChainName[] {
  return networks.some(({ internal }) => internal) ? INTERNAL : [];
}

/** All that the table of these networks has. */
export function wholeTable(networks: readonly Pick<NetworkConfig, 'internal'>[]): TableParts {
  const always = (Object.keys(CHAINS) as ChainName[]).filter((name) => !INTERNAL.includes(name));
  return { sets: SETS.map(({ name }) => name), chains: [...always, ...internalChains(networks)] };
}

/** Sets and chains of a table, as far as they are not there. */
export function createParts(table: string, parts: TableParts): Change[] {
  const shapes = SETS.filter(({ name }) => parts.sets.includes(name));
  const sets = shapes.map((shape, index) => newSet(table, shape, index + 1));
  return [...sets, ...parts.chains.map((name) => newChain(table, name, CHAINS[name]))];
}
