import type { PacketModel } from '../../abi/nftables/evaluate.ts';
import { lookUpInKernel } from '../../network/firewall/look-up.ts';
import { readRuleset } from '../../network/firewall/read-ruleset.ts';
import { walkHook, type HookName } from '../../network/firewall/walk-hook.ts';
import { listAddresses, listInterfaces } from '../../network/host/interfaces.ts';
import { outgoingInterface } from '../../network/host/outgoing.ts';
import { legacyObstacles } from './legacy-obstacles.ts';
import type { PortObstacle } from './port-obstacle.ts';
import type { PublishedPort } from '../../network/ports/published-ports.ts';
import type { NetworkConfig } from '../../spec/network.ts';

const PROTOCOLS = { tcp: 6, udp: 17, sctp: 132 } as const;

/** Every chain, of nf_tables or the old iptables, ours or anybody's, that drops a new connection to a published port, or may. */
export function findObstacles(
  published: PublishedPort,
  { interfaceName }: NetworkConfig,
  networks: readonly NetworkConfig[],
): PortObstacle[] {
  const { host, protocol, port, address, containerPort } = published;
  const ruleset = readRuleset();
  const lookUp = lookUpInKernel();
  const family = address.length === 4 ? 'ip' : 'ip6';
  const common = { family, protocol: PROTOCOLS[protocol] } as const;
  const arriving = {
    ...common,
    port,
    isNatted: false,
    ...(host.some((byte) => byte !== 0) ? { destination: host } : {}),
  };
  const led = { ...common, port: containerPort, destination: address, isNatted: true, oifname: interfaceName };
  const outside = outsideInterface(new Set(networks.map((network) => network.interfaceName)));
  const from = outside === undefined ? {} : { iifname: outside };
  const ways: [PortObstacle['from'], HookName, PacketModel][] = [
    ['another machine', 'prerouting', { ...arriving, ...from }],
    ['another machine', 'forward', { ...led, ...from }],
    ['another machine', 'postrouting', { ...led, ...from }],
    ['this host', 'output', { ...arriving, iifname: '' }],
    ['this host', 'postrouting', { ...led, iifname: '' }],
  ];
  const found = ways.flatMap(([who, hook, packet]) =>
    walkHook(ruleset, hook, packet, lookUp).map((obstacle): PortObstacle => ({ ...obstacle, from: who })),
  );
  return [...found, ...legacyObstacles(family)];
}

/** Where other machines are: where the default route leads, or at the first address of this host that is on no bridge of ours. */
function outsideInterface(bridges: ReadonlySet<string>): string | undefined {
  const outgoing = outgoingInterface();
  if (outgoing !== undefined) return outgoing;
  const addressed = new Set(listAddresses().map(({ index }) => index));
  return listInterfaces().find(({ name, index }) => name !== 'lo' && addressed.has(index) && !bridges.has(name))?.name;
}
