import { forgetConnectionsMessage } from '../../abi/netlink/conntrack.ts';
import type { Op } from '../../plan/ops.ts';
import type { Endpoint, PortMapping } from '../../spec/network.ts';

const NETLINK_NETFILTER = 12;
const IPPROTO_UDP = 17;
/** Each looks through the whole table of connections, which takes a millisecond or two. */
const PORTS_MAX = 8;
const FIRST_RELEASE = [6, 11] as const;

/**
 * Host stage, behind the maps: who has been sending to a UDP port before it was published would otherwise be held for one
 * and the same connection, and go on reaching nobody, as long as there is no pause of half a minute. Linux 6.11 and later.
 */
export function forgetConnectionsOps(
  { ip, ip6 }: Endpoint,
  ports: readonly PortMapping[],
  kernelRelease: string,
): Op[] {
  const udp = ports.filter(({ protocol }) => protocol === 'udp');
  if (udp.length === 0 || udp.length > PORTS_MAX || !isSince(kernelRelease, FIRST_RELEASE)) return [];
  const families = [...(ip === undefined ? [] : [4 as const]), ...(ip6 === undefined ? [] : [6 as const])];
  const because = 'who sent to this port before is led to the container as well';
  return udp.flatMap(({ hostPort }) =>
    families.map((family): Op => {
      const message = forgetConnectionsMessage(family, IPPROTO_UDP, hostPort);
      return { op: 'netlink', stage: 'host', because, protocol: NETLINK_NETFILTER, message };
    }),
  );
}

function isSince(release: string, [major, minor]: readonly [number, number]): boolean {
  const [first = 0, second = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return first > major || (first === major && second >= minor);
}
