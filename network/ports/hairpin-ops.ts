import { hairpinMessage } from '../../abi/netlink/hairpin.ts';
import type { Op } from '../../plan/ops.ts';
import type { Endpoint } from '../../spec/network.ts';

/**
 * Host stage, behind the veth: where br_netfilter is loaded, a container's packet to its own published port comes back
 * through the bridge to the port it came from, which bridges do not do unless told.
 */
export function hairpinOps({ hostInterface }: Endpoint): Op[] {
  const because = 'the container reaches its own published ports';
  const tolerant = { existOk: false, missingOk: false };
  return [{ op: 'rtnetlink', stage: 'host', because, interface: hostInterface, ...hairpinMessage(), ...tolerant }];
}
