import { expect, test } from 'bun:test';
import type { PortMapping } from '../../spec/network.ts';
import { portsCell, portsJson } from './ports-cell.ts';

const port = (hostPort: number, containerPort: number, hostIp = '', protocol: PortMapping['protocol'] = 'tcp') => ({
  protocol,
  hostIp,
  hostPort,
  containerPort,
});

test('neighbours are joined, where they are neighbours at both ends', () => {
  const ports = [port(8002, 82), port(8000, 80), port(8001, 81), port(9000, 83), port(53, 53, '::1', 'udp')];
  expect(portsCell(ports)).toBe('[::1]:53->53/udp, 0.0.0.0:8000-8002->80-82/tcp, 0.0.0.0:9000->83/tcp');
  expect(portsCell([port(1, 1), port(2, 2, '127.0.0.1'), port(3, 3, '', 'udp')])).toBe(
    '0.0.0.0:1->1/tcp, 127.0.0.1:2->2/tcp, 0.0.0.0:3->3/udp',
  );
});

test('nothing, and the fields of JSON', () => {
  expect([portsCell([]), portsJson([])]).toEqual(['', null]);
  expect(portsJson([port(80, 8080), port(81, 8081)])).toEqual([
    { host_ip: '', container_port: 8080, host_port: 80, range: 2, protocol: 'tcp' },
  ]);
});
