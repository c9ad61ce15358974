import { parseAddress } from '../../abi/ip/address.ts';
import { LimpidError } from '../../base/error.ts';
import { freePort } from '../../kernel/free-port.ts';
import type { PortMapping } from '../../spec/network.ts';

/** Whether, and which, port is free; the kernel, but for tests. */
export type FreePort = typeof freePort;

/**
 * The mappings with a port of the host in each: where any will do, the one of the last start if it is free, else one
 * that the kernel chooses. Throws ENOPORT where the host has none left.
 */
export function choosePorts(
  wanted: readonly PortMapping[],
  last: readonly PortMapping[],
  free: FreePort = freePort,
): PortMapping[] {
  const chosen: PortMapping[] = [];
  for (const port of wanted) {
    const isTaken = (hostPort: number) =>
      [...wanted, ...chosen].some((one) => one.protocol === port.protocol && one.hostPort === hostPort);
    chosen.push(port.hostPort === 0 ? { ...port, hostPort: anyPort(port, last, isTaken, free) } : port);
  }
  return chosen;
}

/** The kernel may name a port again that we have just given to another mapping. */
const TRIES = 64;

function anyPort(
  { protocol, hostIp, containerPort }: PortMapping,
  last: readonly PortMapping[],
  isTaken: (hostPort: number) => boolean,
  free: FreePort,
): number {
  const address = hostIp === '' ? new Uint8Array(16) : parseAddress(hostIp)!;
  // Of SCTP nothing is known before its module is loaded, which the socket that holds the port does: it tells then.
  const asked = protocol === 'udp' ? 'udp' : 'tcp';
  const before = last.find(
    (one) => one.protocol === protocol && one.hostIp === hostIp && one.containerPort === containerPort,
  );
  if (before !== undefined && !isTaken(before.hostPort) && free(asked, address, before.hostPort) !== undefined)
    return before.hostPort;
  for (let tries = 0; tries < TRIES; tries++) {
    const port = free(asked, address);
    if (port === undefined) break;
    if (!isTaken(port)) return port;
  }
  throw new LimpidError({
    code: 'ENOPORT',
    doing: 'publish',
    subject: `port ${containerPort}/${protocol}`,
    why: `the host has no free port${hostIp === '' ? '' : ` at ${hostIp}`}`,
    hint: 'name one: -p HOST:PORT',
  });
}
