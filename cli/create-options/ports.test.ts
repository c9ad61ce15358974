import { describe, expect, test } from 'bun:test';
import type { PortMapping } from '../../spec/network.ts';
import { parsePublished } from './ports.ts';
import { configOf, failureOf } from './request.fixture.ts';

const port = (hostIp: string, hostPort: number, containerPort: number, protocol: PortMapping['protocol'] = 'tcp') => ({
  protocol,
  hostIp,
  hostPort,
  containerPort,
});

describe('--publish', () => {
  test.each<[string, PortMapping[]]>([
    ['80', [port('', 0, 80)]],
    ['8080:80', [port('', 8080, 80)]],
    ['0:80', [port('', 0, 80)]],
    ['8053:53/udp', [port('', 8053, 53, 'udp')]],
    ['9:9/SCTP', [port('', 9, 9, 'sctp')]],
    ['127.0.0.1:8080:80', [port('127.0.0.1', 8080, 80)]],
    ['127.0.0.1::80', [port('127.0.0.1', 0, 80)]],
    ['[::1]:8080:80/tcp', [port('::1', 8080, 80)]],
    ['[fd00::1]::80', [port('fd00::1', 0, 80)]],
    ['8000-8002:80-82', [port('', 8000, 80), port('', 8001, 81), port('', 8002, 82)]],
    ['80-81', [port('', 0, 80), port('', 0, 81)]],
    ['0.0.0.0:1:65535', [port('0.0.0.0', 1, 65535)]],
  ])('%s', (text, mappings) => {
    expect(parsePublished(text)).toEqual(mappings);
  });

  test.each([
    ['', '"" is no port (hint: they are numbers from 1 to 65535)'],
    ['http', '"http" is no port (hint: they are numbers from 1 to 65535)'],
    ['0', '"0" is no port (hint: they are numbers from 1 to 65535)'],
    ['80:65536', '"65536" is no port (hint: they are numbers from 1 to 65535)'],
    ['80:080', '"080" is no port (hint: they are numbers from 1 to 65535)'],
    ['80:1e2', '"1e2" is no port (hint: they are numbers from 1 to 65535)'],
    ['80:80/icmp', '"icmp" is no protocol that has ports (hint: tcp, udp and sctp are)'],
    ['8000-8002:80', 'the ranges have 3 ports and 1 port'],
    ['8002-8000:80-82', 'the range "8002-8000" ends before it begins'],
    ['1.2.3:80:80', '"1.2.3" is no address'],
    ['::1:80:80', 'there are too many colons (hint: an IPv6 address goes in brackets: [::1]:80:80)'],
    ['[127.0.0.1]:80:80', '"127.0.0.1" is no address'],
    ['[::1]:80', 'the port of the container is missing (hint: as in [::1]:80:80)'],
    ['[fe80::1%eth0]:80:80', '"fe80::1%eth0" is no address'],
  ])('%s', (text, message) => {
    expect(() => parsePublished(text)).toThrow(`cannot use "${text}" for --publish: ${message}`);
  });

  test('the same twice is once, two ends of one port are refused', () => {
    expect(configOf('-p', '80:80', '-p', '80:80,81:80/udp', '-p', '80').ports).toEqual([
      port('', 80, 80),
      port('', 81, 80, 'udp'),
      port('', 0, 80),
    ]);
    expect(failureOf('-p', '80:80', '-p', '79-80:90-91')).toBe(
      'EOPTION cannot use --publish 80: it would lead to ports 80 and 91 of the container at once',
    );
  });

  test.each([
    [['80:80', '127.0.0.1:80:80'], [port('', 80, 80)]],
    [['0.0.0.0:80:80', '80:80', '127.0.0.1:80:80'], [port('', 80, 80)]],
    [['127.0.0.1:80:80', '0.0.0.0:80:80'], [port('0.0.0.0', 80, 80)]],
    [['[::1]:80:80', '[::]:80:80'], [port('::', 80, 80)]],
    [
      ['[::1]:80:80', '80:80'],
      [port('::1', 80, 80), port('', 80, 80)],
    ],
    [
      ['127.0.0.1:80:80', '127.0.0.2:80:81', '80:80/udp'],
      [port('127.0.0.1', 80, 80), port('127.0.0.2', 80, 81), port('', 80, 80, 'udp')],
    ],
  ])('what is at every address is at each: %p', (words, expected) => {
    expect(configOf(...words.flatMap((word) => ['-p', word])).ports).toEqual(expected);
  });

  test('at one address it cannot lead elsewhere than at all of them', () => {
    expect(failureOf('-p', '127.0.0.1:80:81', '-p', '80:80')).toBe(
      'EOPTION cannot use --publish 80: it would lead to ports 80 and 81 of the container at once',
    );
  });

  test('it needs an address of its own', () => {
    expect(failureOf('-p', '80', '--network=host')).toBe(
      'EOPTION cannot use -p 80: with --network host its ports are the host’s already (hint: leave -p 80 away)',
    );
    expect(failureOf('-P', '--network=none')).toBe(
      'EOPTION cannot use -P: with --network none it has no address of its own (hint: publish where that network is made)',
    );
  });

  test('the flags are the reason', () => {
    expect(configOf('-p', '80:80').because['network.ports']).toBe('-p 80:80');
  });
});

test('--publish-all, --expose', () => {
  const config = configOf('-P', '--expose', '80-81', '--expose', '53/udp');
  expect(config.publishAll).toBe(true);
  expect(config.exposed).toEqual([
    { protocol: 'tcp', containerPort: 80 },
    { protocol: 'tcp', containerPort: 81 },
    { protocol: 'udp', containerPort: 53 },
  ]);
  expect(failureOf('--expose', '80:80')).toBe(
    'EOPTION cannot use "80:80" for --expose: "80:80" is no port (hint: they are numbers from 1 to 65535)',
  );
});
