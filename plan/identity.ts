import type { Op } from './ops.ts';
import type { LaunchRequest } from './request.ts';
import { specError } from './spec-error.ts';

const NETLINK_ROUTE = 0;
/** `linkUpMessage()` of abi/netlink, whose encoder takes longer to load than all else of a plan takes to compute. */
const LOOPBACK_UP = [32, 0, 0, 0, 16, 0, 5, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];

/** Child stage: names in the container's own UTS namespace. Throws LimpidError `ESPEC` where they would be the host's. */
export function nameHost({ spec, namespaces, because }: LaunchRequest): Op[] {
  const { hostname, domainname } = spec;
  const isOwn = namespaces.created.has('uts') || namespaces.joined.has('uts');
  if (hostname && !isOwn)
    throw specError('hostname', 'would be set for the host: the container has no uts namespace of its own');
  if (domainname && !isOwn)
    throw specError('domainname', 'would be set for the host: the container has no uts namespace of its own');
  return [
    ...(hostname ? [{ op: 'sethostname', stage: 'child', because: because('hostname'), name: hostname } as const] : []),
    ...(domainname
      ? [{ op: 'setdomainname', stage: 'child', because: because('domainname'), name: domainname } as const]
      : []),
  ];
}

/** Child stage: a new network namespace has its loopback interface, but down. */
export function bringLoopbackUp({ context, namespaces }: LaunchRequest): Op[] {
  if (!context.bringLoopbackUp || !namespaces.created.has('network')) return [];
  const because = 'programs expect 127.0.0.1 in a new network namespace';
  return [{ op: 'netlink', stage: 'child', because, protocol: NETLINK_ROUTE, message: new Uint8Array(LOOPBACK_UP) }];
}
