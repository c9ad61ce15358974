import { CLONE_FLAG } from '../abi/flags/clone.ts';
import { deleteInterfaceMessage } from '../abi/netlink/interface.ts';
import type { Op, Plan } from '../plan/ops.ts';
import { SLOT } from '../plan/slots.ts';
import type { Endpoint } from '../spec/network.ts';
import { rtnetlink, type EndpointOps } from './endpoint-ops.ts';

const NONE = -1;
const ENTERED = 0;
const MADE = 1;

/** What enters the network namespace of a running container; its pidfd is in `SLOT.target`. */
export interface InsidePlan {
  readonly because: string;
  /** Host stage, first of all: bridges and firewall as far as they are missing. */
  readonly before: readonly Op[];
  readonly ops: EndpointOps;
}

/**
 * A process of ours enters the container's network namespace, waits there until the host has made the interface for it,
 * and gives it addresses and routes.
 */
export function planConnect({ because, before, ops }: InsidePlan): Plan {
  return [
    ...before,
    ...enterNetwork(because),
    { op: 'release', stage: 'child', because: 'the host can see where it is', gate: ENTERED },
    { op: 'await', stage: 'host', because: 'until it is in the namespace', gate: ENTERED },
    ...ops.host,
    { op: 'release', stage: 'host', because: 'the interface is there', gate: MADE },
    { op: 'await', stage: 'child', because: 'until the interface is there', gate: MADE },
    ...ops.child,
  ];
}

/** Takes an interface out of a running container; its other end goes with it. */
export function planDisconnect(endpoint: Endpoint, because: string): Plan {
  const message = { message: deleteInterfaceMessage(endpoint.interfaceName), indexAt: NONE, pidAt: NONE };
  return [...enterNetwork(because), { ...rtnetlink('child', because, message, ''), missingOk: true } as Op];
}

/** Takes an interface on one of the host's out again, of which nobody knows how far it came; no other may have its name. */
export function planWithdraw({ hostInterface, interfaceName }: Endpoint, because: string): Plan {
  const removals = [hostInterface, interfaceName].map((name) => {
    const message = { message: deleteInterfaceMessage(name), indexAt: NONE, pidAt: NONE };
    return { ...rtnetlink('child', because, message, ''), missingOk: true } as Op;
  });
  return [...enterNetwork(because), ...removals];
}

function enterNetwork(because: string): Op[] {
  const alone = { cgroup: NONE, pidfd: NONE, proc: NONE, user: NONE };
  return [
    { op: 'clone', stage: 'host', because, flags: 0n, ...alone },
    { op: 'setns', stage: 'child', because, slot: SLOT.target, flags: CLONE_FLAG.network },
  ];
}
