import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { PortMapping } from '../../spec/network.ts';
import { choosePorts, type FreePort } from './choose-ports.ts';

const port = (hostPort: number, containerPort: number, more: Partial<PortMapping> = {}): PortMapping => ({
  protocol: 'tcp',
  hostIp: '',
  hostPort,
  containerPort,
  ...more,
});
/** A host that gives these, one after the other, and where those in `taken` are not free. */
const host =
  (gives: number[], taken: readonly number[] = []): FreePort =>
  (_, __, wanted = 0) =>
    wanted === 0 ? gives.shift() : taken.includes(wanted) ? undefined : wanted;

test('a named port is kept, any other is the kernel’s choice', () => {
  expect(choosePorts([port(80, 80), port(0, 81)], [], host([4000]))).toEqual([port(80, 80), port(4000, 81)]);
});

test('the last one again, if it is free', () => {
  const last = [port(5000, 81), port(6000, 82)];
  expect(choosePorts([port(0, 81), port(0, 82)], last, host([4000], [6000]))).toEqual([port(5000, 81), port(4000, 82)]);
});

test('not one that is named elsewhere, nor one given already', () => {
  expect(choosePorts([port(0, 80), port(0, 81), port(4000, 82)], [], host([4000, 4001, 4001, 4002]))).toEqual([
    port(4001, 80),
    port(4002, 81),
    port(4000, 82),
  ]);
});

test('asked is for the address and the protocol of the mapping', () => {
  const asked: unknown[] = [];
  const free: FreePort = (protocol, address) => {
    asked.push([protocol, [...address]]);
    return 4000 + asked.length;
  };
  choosePorts([port(0, 1, { hostIp: '127.0.0.1', protocol: 'udp' }), port(0, 2, { protocol: 'sctp' })], [], free);
  expect(asked).toEqual([
    ['udp', [127, 0, 0, 1]],
    ['tcp', [...new Uint8Array(16)]],
  ]);
});

test('a host without a free port says so', () => {
  expect(() => choosePorts([port(0, 80, { hostIp: '10.0.0.1' })], [], host([]))).toThrow(
    'cannot publish port 80/tcp: the host has no free port at 10.0.0.1 (hint: name one: -p HOST:PORT)',
  );
});

test('law: no two mappings of a protocol get the same port', () => {
  const wanted = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 });
  fc.assert(
    fc.property(wanted, (ports) => {
      const named = [...new Set(ports)].map((hostPort, index) => port(hostPort, index + 1));
      let next = 0;
      const chosen = choosePorts(named, [], () => (next++ % 40) + 1);
      expect(new Set(chosen.map(({ hostPort }) => hostPort)).size).toBe(chosen.length);
    }),
  );
});
