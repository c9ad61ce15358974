import type { PortWalk } from '../../engine/networks/explain-port.ts';
import type { PortMapping } from '../../spec/network.ts';

/** `0.0.0.0:8080`, as podman and Docker show it. */
export function printPort({ hostIp, hostPort }: PortMapping): string {
  const address = hostIp === '' ? '0.0.0.0' : hostIp;
  return address.includes(':') ? `[${address}]:${hostPort}` : `${address}:${hostPort}`;
}

/** `80/tcp -> 0.0.0.0:8080`, a line a port. */
export function printPorts(ports: readonly PortMapping[], before = ''): string {
  const sorted = [...ports].sort((one, other) => one.containerPort - other.containerPort);
  return sorted.map((port) => `${before}${port.containerPort}/${port.protocol} -> ${printPort(port)}\n`).join('');
}

const MARKS = { yes: ' ', no: '✗', perhaps: '?' } as const;

/** Each way as numbered lines; a mark stands where a packet gets no further, or perhaps not. */
export function printPortWalks(walks: readonly PortWalk[]): string {
  return walks.map(printWalk).join('\n');
}

function printWalk(walk: PortWalk): string {
  return walk.map(({ at, says, passes }, index) => `${index + 1} ${MARKS[passes]} ${at.padEnd(11)} ${says}\n`).join('');
}
