import type { Change } from '../../abi/nftables/batch.ts';
import {
  compare,
  ct,
  destinationType,
  dnat,
  immediate,
  lookup,
  mask,
  masquerade,
  meta,
  payload,
  verdict,
  writeAddress,
  type Expression,
} from '../../abi/nftables/expression.ts';
import { appendRule, flushChain } from '../../abi/nftables/ruleset.ts';
import type { ChainName, SetName } from './table.ts';

type Rule = readonly Expression[];

const NFPROTO_IPV4 = 2;
const NFPROTO_IPV6 = 10;
/** Bits of a connection's state and status (linux/netfilter/nf_conntrack_common.h), as this machine stores numbers. */
const INVALID = bits(1);
const ESTABLISHED_OR_RELATED = bits(2 | 4);
const DESTINATION_NATTED = bits(1 << 5);
const NOTHING = bits(0);
const REPLY = Uint8Array.of(1);
const RTN_LOCAL = bits(2);
const RTN_BROADCAST = bits(3);
const RTN_MULTICAST = bits(5);
/** Of `lo`, in every network namespace. */
const LOOPBACK_INDEX = bits(1);
const LOOPBACK4 = Uint8Array.of(127, 0, 0, 1);
const LOOPBACK6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/** Every rule there is: what they are about is in the sets, so their number never changes. */
const RULES: Readonly<Record<ChainName, readonly Rule[]>> = {
  publish: [
    publishedAt('published4', V4()),
    publishedEverywhere('published4_any', V4()),
    publishedAt('published6', V6()),
    publishedEverywhere('published6_any', V6()),
  ],
  prerouting: [
    // From outside nothing reaches the loopback: the kernel would see to that, but only behind the maps.
    [...isFamily(V4()), ...toLoopback(V4()), verdict('return')],
    [verdict({ jump: 'publish' })],
  ],
  output: [[verdict({ jump: 'publish' })]],
  postrouting: [
    // A container that reaches its neighbour by the host's address: without this the answer would not come back this way.
    [...comesBackTo('subnets4', V4()), ...hasStatus(DESTINATION_NATTED), masquerade()],
    [...comesBackTo('subnets6', V6()), ...hasStatus(DESTINATION_NATTED), masquerade()],
    [...withinOneBridge(), verdict('return')],
    [...comesFrom('masqueraded'), masquerade()],
  ],
  forward: [
    [ct('state'), mask(ESTABLISHED_OR_RELATED), compare(NOTHING, { not: true }), verdict('accept')],
    // With br_netfilter loaded, frames between two ports of a bridge come by here as well.
    [...withinOneBridge(), verdict('accept')],
    [...comesFrom('internal'), verdict('drop')],
    [...goesTo('internal'), verdict('drop')],
    [...comesFrom('isolated'), ...goesTo('isolated'), verdict('drop')],
    [...comesFrom('strict'), ...goesTo('bridges'), verdict('drop')],
    [...comesFrom('bridges'), ...goesTo('strict'), verdict('drop')],
    // What no connection knows would leave with a container's own address.
    [...comesFrom('bridges'), ct('state'), mask(INVALID), compare(NOTHING, { not: true }), verdict('drop')],
    // Another machine that has a route to the containers reaches published ports only.
    [
      ...goesTo('bridges'),
      meta('iifname'),
      lookup('bridges', { not: true }),
      ct('status'),
      mask(DESTINATION_NATTED),
      compare(NOTHING),
      verdict('drop'),
    ],
  ],
  // Each packet to or from this host comes by here: what is about few of them is behind one short condition.
  input: [[...comesFrom('internal'), verdict({ jump: 'from_internal' })]],
  from_internal: [
    [ct('state'), mask(ESTABLISHED_OR_RELATED), compare(NOTHING, { not: true }), verdict('accept')],
    // An internal network reaches the host at its own gateway, and at none of the host's other addresses.
    [...isNotOnArrival(RTN_LOCAL), ...isNotOnArrival(RTN_BROADCAST), ...isNotOnArrival(RTN_MULTICAST), verdict('drop')],
  ],
  // A packet of the host's own to its loopback takes the gateway's address before anybody looks at it, and what
  // answers it gets the loopback's back: so it can leave by a bridge, which needs no route_localnet there.
  loopback_out: [[meta('oif'), compare(LOOPBACK_INDEX), verdict({ jump: 'gates' })]],
  gates: [
    gateAt('gates4', V4()),
    gateEverywhere('gates4_any', V4()),
    gateAt('gates6', V6()),
    gateEverywhere('gates6_any', V6()),
  ],
  loopback_in: [[...hasStatus(DESTINATION_NATTED), verdict({ jump: 'answers' })]],
  answers: [backTo4(), backTo6()],
};

/** Replaces the rules of these chains. */
export function replaceRules(table: string, chains: readonly ChainName[]): Change[] {
  const changes: Change[] = [];
  for (const chain of chains) {
    changes.push(flushChain(table, chain));
    for (const rule of RULES[chain]) changes.push(appendRule(table, chain, rule));
  }
  return changes;
}

interface Family {
  readonly protocol: number;
  readonly length: 4 | 16;
  readonly source: number;
  readonly destination: number;
  /** How many registers an address takes. */
  readonly registers: number;
  readonly loopback: Uint8Array;
}

function V4(): Family {
  return { protocol: NFPROTO_IPV4, length: 4, source: 12, destination: 16, registers: 1, loopback: LOOPBACK4 };
}

function V6(): Family {
  return { protocol: NFPROTO_IPV6, length: 16, source: 8, destination: 24, registers: 4, loopback: LOOPBACK6 };
}

function isFamily({ protocol }: Family): Rule {
  return [meta('nfproto'), compare(Uint8Array.of(protocol))];
}

function publishedAt(map: SetName, family: Family): Rule {
  return [
    ...isFamily(family),
    ...addressAndPort(family),
    lookup(map, { into: 0 }),
    dnat(family.protocol, 0, family.registers),
  ];
}

function publishedEverywhere(map: SetName, family: Family): Rule {
  return [
    ...isFamily(family),
    destinationType(),
    compare(RTN_LOCAL),
    ...protocolAndPort(0),
    lookup(map, { into: 0 }),
    dnat(family.protocol, 0, family.registers),
  ];
}

function gateAt(map: SetName, family: Family): Rule {
  return [
    ...fromLoopback(family),
    ...addressAndPort(family),
    lookup(map, { into: 0 }),
    writeAddress(family.source, family.length),
  ];
}

function gateEverywhere(map: SetName, family: Family): Rule {
  return [
    ...fromLoopback(family),
    ...toLoopback(family),
    ...protocolAndPort(0),
    lookup(map, { into: 0 }),
    writeAddress(family.source, family.length),
  ];
}

function fromLoopback(family: Family): Rule {
  return [...isFamily(family), payload('network', family.source, family.length), compare(family.loopback)];
}

function toLoopback({ destination, length, loopback }: Family): Rule {
  if (length === 16) return [payload('network', destination, length), compare(loopback)];
  return [payload('network', destination, 1), compare(loopback.subarray(0, 1))];
}

function backTo4(): Rule {
  const family = V4();
  const original = [ct('originalDestination4'), compare(family.loopback.subarray(0, 1))];
  return [...isReply(family), ...original, immediate(family.loopback), writeAddress(family.destination, 4)];
}

function backTo6(): Rule {
  const family = V6();
  const original = [ct('originalDestination6'), compare(family.loopback)];
  return [...isReply(family), ...original, immediate(family.loopback), writeAddress(family.destination, 16)];
}

function isReply(family: Family): Rule {
  return [...comesFrom('bridges'), ...isFamily(family), ct('direction'), compare(REPLY)];
}

function addressAndPort({ destination, length, registers }: Family): Rule {
  return [payload('network', destination, length), ...protocolAndPort(registers)];
}

function protocolAndPort(register: number): Rule {
  return [meta('l4proto', register), payload('transport', 2, 2, register + 1)];
}

function withinOneBridge(): Rule {
  return [meta('iifname'), meta('oifname', 4), lookup('within')];
}

/** What leaves by a bridge with a source behind it; where br_netfilter is loaded, such frames have no incoming interface. */
function comesBackTo(set: SetName, family: Family): Rule {
  const source = payload('network', family.source, family.length, 4);
  return [...isFamily(family), meta('oifname'), source, lookup(set)];
}

function comesFrom(set: SetName): Rule {
  return [meta('iifname'), lookup(set)];
}

function goesTo(set: SetName): Rule {
  return [meta('oifname'), lookup(set)];
}

function isNotOnArrival(type: Uint8Array): Rule {
  return [destinationType({ onArrival: true }), compare(type, { not: true })];
}

function hasStatus(wanted: Uint8Array): Rule {
  return [ct('status'), mask(wanted), compare(NOTHING, { not: true })];
}

function bits(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
