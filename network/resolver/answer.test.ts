import { describe, expect, test } from 'bun:test';
import { decide, isMissing } from './answer.ts';
import { encodeName, parseQuery, TYPE } from './message.ts';
import { Zone, type ZoneView } from './zone.ts';

const WEB = 'aaaaaaaaaaaa'.padEnd(64, '1');
const DB = 'bbbbbbbbbbbb'.padEnd(64, '1');
const view: ZoneView = {
  networks: [
    { name: 'front', gateways: ['10.89.0.1', 'fd00::1'], internal: false, servers: [] },
    { name: 'back', gateways: ['10.89.1.1'], internal: true, servers: [] },
    { name: 'own', gateways: ['10.89.2.1'], internal: false, servers: ['192.0.2.7'] },
  ],
  endpoints: [
    { containerId: WEB, names: ['Web', 'www'], network: 'front', addresses: ['10.89.0.2', 'fd00::2'], servers: [] },
    { containerId: WEB, names: ['Web'], network: 'back', addresses: ['10.89.1.2'], servers: [] },
    { containerId: DB, names: ['db', 'www'], network: 'back', addresses: ['10.89.1.3'], servers: [] },
    {
      containerId: 'c'.repeat(64),
      names: ['picky'],
      network: 'front',
      addresses: ['10.89.0.9'],
      servers: ['192.0.2.9'],
    },
  ],
  hostServers: ['192.0.2.1', '192.0.2.2'],
};
const zone = new Zone(view);

/** What `source` on a network hears: addresses, a name, the kind of failure, or whom the question goes to. */
function ask(source: string, network: string, name: string, type: number = TYPE.A): string {
  const bytes = Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...encodeName(name), 0, type, 0, 1]);
  const client = zone.client(source, network);
  const decision = decide(parseQuery(bytes)!, zone, client, false);
  if (decision.kind === 'forward') return `asks ${client.servers.join(' ')}`;
  const rcode = decision.message[3]! & 0xf;
  if (rcode !== 0) return `rcode ${rcode}`;
  const records = Buffer.from(decision.message.subarray(bytes.length)).toString('hex');
  return records === '' ? 'nothing' : records.replaceAll(/c00c00(01|1c|0c)000100000000(0004|0010|....)/g, ' ').trim();
}

describe('containers find each other', () => {
  test('by name, alias and short id, in any case, below the domain of containers too', () => {
    for (const name of ['web', 'WEB', 'www', 'aaaaaaaaaaaa', 'web.dns.limpid']) {
      expect(ask('10.89.0.9', 'front', name)).toBe('0a590002');
    }
    expect(ask('10.89.0.9', 'front', 'web', TYPE.AAAA)).toBe('fd000000000000000000000000000002');
  });

  test('only on networks that they share', () => {
    expect(ask('10.89.0.9', 'front', 'db')).toBe('asks 192.0.2.9');
    expect(ask('10.89.0.9', 'front', 'db.dns.limpid')).toBe('rcode 3');
    // One that is on both finds all, wherever it asks.
    expect(ask('10.89.0.2', 'front', 'db')).toBe('0a590103');
    expect(ask('10.89.0.2', 'front', 'www')).toBe('0a590002 0a590103');
  });

  test('an address of the other family is not there, which is no failure', () => {
    expect(ask('10.89.1.2', 'back', 'db', TYPE.AAAA)).toBe('nothing');
    expect(ask('10.89.1.2', 'back', 'db', 15)).toBe('nothing');
  });

  test('by address', () => {
    expect(ask('10.89.0.9', 'front', '2.0.89.10.in-addr.arpa', TYPE.PTR)).toBe(
      Buffer.from('\x03Web\0').toString('hex'),
    );
    const v6 = `2.${'0.'.repeat(27)}0.0.d.f.ip6.arpa`;
    expect(ask('10.89.0.9', 'front', v6, TYPE.PTR)).toBe(Buffer.from('\x03Web\0').toString('hex'));
    expect(ask('10.89.0.9', 'front', '3.1.89.10.in-addr.arpa', TYPE.PTR)).toBe('asks 192.0.2.9');
  });
});

describe('the outside', () => {
  test("is asked for at the container's, the network's or the host's resolvers, in this order", () => {
    expect(ask('10.89.0.9', 'front', 'example.org')).toBe('asks 192.0.2.9');
    expect(ask('10.89.2.5', 'own', 'example.org')).toBe('asks 192.0.2.7');
    expect(ask('10.89.0.2', 'front', 'example.org')).toBe('asks 192.0.2.1 192.0.2.2');
  });

  test('is not there for who is on internal networks alone', () => {
    expect(ask('10.89.1.3', 'back', 'example.org')).toBe('rcode 5');
    expect(ask('10.89.1.2', 'back', 'example.org')).toBe('asks 192.0.2.1 192.0.2.2');
  });
});

test('what a look does not know may have come since: an asker, a name without a dot, one of ours, an address', () => {
  expect([zone.has('10.89.0.2', 'front'), zone.has('10.89.0.2', 'back'), zone.has('10.89.0.3', 'front')]).toEqual([
    true,
    false,
    false,
  ]);
  const missing = (name: string) => {
    const bytes = Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...encodeName(name), 0, TYPE.A, 0, 1]);
    return isMissing(parseQuery(bytes)!, zone, zone.client('10.89.0.9', 'front'));
  };
  expect(['late', 'late.dns.limpid', '7.0.89.10.in-addr.arpa', 'db'].map(missing)).toEqual([true, true, true, true]);
  expect(['web', 'web.dns.limpid', '2.0.89.10.in-addr.arpa', 'late.test'].map(missing)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
