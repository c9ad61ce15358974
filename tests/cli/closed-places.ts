/** Containers of which some are not to be reached from somewhere, whatever another firewall does meanwhile. */
import { expect } from 'bun:test';
import type { NetworkPlace } from '../kernel/test-hosts.ts';
import type { LabNetwork } from './lab-network.ts';

export const CLOSED = 'nothing, exit code 1';
const NETWORKS: readonly (readonly [string, string, readonly string[]])[] = [
  ['open', '10.94.1', []],
  ['apart', '10.94.2', ['-o', 'isolate=true']],
  ['away', '10.94.3', ['-o', 'isolate=true']],
  ['inner', '10.94.4', ['--internal']],
];

/** Who gets which answer as long as nobody but us closes anything. */
const AS_WANTED: Readonly<Record<string, string>> = {
  'lan 192.168.7.1:8080': '192.168.7.2 tcp',
  'host 127.0.0.1:8080': '10.94.1.1 tcp',
  'lan 192.168.7.1:8090': CLOSED,
  'host 127.0.0.1:8090': '10.94.4.1 tcp',
  'lan 10.94.1.9:80': CLOSED,
  'lan 10.94.2.9:80': CLOSED,
  'apart 10.94.3.9:80': CLOSED,
  'away 10.94.2.9:80': CLOSED,
  'open 10.94.4.9:80': CLOSED,
  'inner 192.168.7.2:80': CLOSED,
  'inner 10.94.1.9:80': CLOSED,
  'open 192.168.7.2:80': '192.168.7.1 tcp',
};

export const NOTHING_DROPS = { code: 0, lines: ['  firewall    nothing drops it'] };

export interface ClosedPlaces {
  /** Asks from everywhere, and expects what is wanted, but for what `others` say. */
  areReachedAsWanted(others?: Readonly<Record<string, string>>): Promise<void>;
  /** The last lines of `port --explain 8080`, those about firewalls, and its exit code. */
  explained(): Promise<{ readonly code: number; readonly lines: readonly string[] }>;
  /** The table of this world, each line where it is, elements in some order. */
  table(): readonly string[];
}

/** Makes them: a published port of an open and of an internal network, and two isolated networks. Everybody serves port 80. */
export async function closedPlaces({ host, lan, limpid, says, inside }: LabNetwork): Promise<ClosedPlaces> {
  const places = new Map<string, NetworkPlace>([
    ['host', host],
    ['lan', lan],
  ]);
  const published: Readonly<Record<string, string>> = { open: '8080', inner: '8090' };
  for (const [name, block, options] of NETWORKS) {
    await says('network', 'create', '--subnet', `${block}.0/24`, '--disable-dns', ...options, name);
    const ports = name in published ? ['-p', `${published[name]}:80`] : [];
    places.set(name, await inside(name, `--network=${name}:ip=${block}.9`, ...ports));
  }
  // Somebody in there may make routes, and so may another machine; what else keeps them out is looked at.
  places.get('inner')!.does('ip route add default via 10.94.4.1');
  lan.does('ip route add 10.94.0.0/16 via 192.168.7.1');
  await Promise.all([...places].map(([name, place]) => (name === 'host' ? undefined : place.answers('tcp', 80))));
  return {
    async areReachedAsWanted(others = {}) {
      const expected = { ...AS_WANTED, ...others };
      const answers = Object.entries(expected).map(async ([way, answer]) => {
        const [from = '', to = ''] = way.split(' ');
        const [address = '', port = ''] = to.split(':');
        const seconds = answer === CLOSED ? '1' : '30';
        return [way, await places.get(from)!.asks(address, Number(port), '-w', seconds)] as const;
      });
      expect(Object.fromEntries(await Promise.all(answers))).toEqual(expected);
    },
    async explained() {
      const { code, out } = await limpid('port', '--explain', '8080');
      const lines = out.trimEnd().split('\n').slice(6);
      return { code, lines: lines.map((line) => line.replace(/^\d+ /, '')) };
    },
    table() {
      const [name = ''] = host.does('nft list tables').match(/limpid-[0-9a-f]{8}$/m) ?? [];
      expect(name).not.toBe('');
      const lines = host.does(`nft list table inet ${name}`).split('\n');
      return lines
        .map((line) =>
          line
            .replace('elements = {', '')
            .replace(/,$| }$/, '')
            .trim(),
        )
        .toSorted();
    },
  };
}
