import type { PortMapping } from '../../spec/network.ts';

/** Neighbouring ports that lead to neighbouring ports, as one. */
interface PortRange extends PortMapping {
  readonly length: number;
}

/** What `ps` shows of published ports: `0.0.0.0:8080->80/tcp, 127.0.0.1:5000-5002->50-52/udp`. */
export function portsCell(ports: readonly PortMapping[]): string {
  return joinRanges(ports)
    .map(({ protocol, hostIp, hostPort, containerPort, length }) => {
      const host = hostIp.includes(':') ? `[${hostIp}]` : hostIp === '' ? '0.0.0.0' : hostIp;
      return `${host}:${numbers(hostPort, length)}->${numbers(containerPort, length)}/${protocol}`;
    })
    .join(', ');
}

/** podman's fields of `ps --format json`; null where nothing is published. */
export function portsJson(ports: readonly PortMapping[]) {
  if (ports.length === 0) return null;
  return joinRanges(ports).map(({ protocol, hostIp, hostPort, containerPort, length }) => {
    return { host_ip: hostIp, container_port: containerPort, host_port: hostPort, range: length, protocol };
  });
}

function joinRanges(ports: readonly PortMapping[]): PortRange[] {
  const sorted = [...ports].sort((one, other) => one.containerPort - other.containerPort);
  const ranges: PortRange[] = [];
  for (const port of sorted) {
    const at = ranges.findIndex((range) => continues(range, port));
    if (at < 0) ranges.push({ ...port, length: 1 });
    else ranges[at] = { ...ranges[at]!, length: ranges[at]!.length + 1 };
  }
  return ranges;
}

function continues(range: PortRange, port: PortMapping): boolean {
  return (
    range.protocol === port.protocol &&
    range.hostIp === port.hostIp &&
    range.hostPort + range.length === port.hostPort &&
    range.containerPort + range.length === port.containerPort
  );
}

function numbers(first: number, length: number): string {
  return length === 1 ? `${first}` : `${first}-${first + length - 1}`;
}
