/** Addresses: one symlink each, taken by one of many, given back, found again when their holders died. */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { formatAddress, parseAddress } from '../../abi/ip/address.ts';
import { LimpidError } from '../../base/error.ts';
import { nextAddress, releaseAddress, takeAddress, takeWanted, type LeaseRequest } from '../../network/leases/lease.ts';
import { addressRange } from '../../network/leases/range.ts';
import { listLeases, releaseLeasesOf, sweepLeases, type IfDead } from '../../network/leases/sweep.ts';

const directory = mkdtempSync('/dev/shm/limpid-leases-');
let world = 0;
let place = { root: '', runroot: '' };
const dead = new Set<string>();
const ifDead: IfDead = (id, act) => {
  if (dead.has(id)) act();
  return dead.has(id);
};

beforeEach(() => {
  place = { root: directory, runroot: `${directory}/${++world}` };
  dead.clear();
});
afterAll(() => rmSync(directory, { recursive: true }));

const request = (holder: string, subnet: string, gateway?: string, network = 'net'): LeaseRequest => ({
  place,
  network,
  range: addressRange({ subnet, ...(gateway === undefined ? {} : { gateway }) }),
  holder,
  ifDead,
});
const take = (holder: string, subnet = '10.5.0.0/29', gateway = '10.5.0.1') =>
  formatAddress(takeAddress(request(holder, subnet, gateway)));
const leases = () =>
  listLeases(place, 'net')
    .map(({ address, holder }) => `${address} ${holder}`)
    .sort();

describe('one after the other', () => {
  test('not the network’s own, not the gateway’s, not the broadcast address', () => {
    expect(['a', 'b', 'c', 'd', 'e'].map((holder) => take(holder))).toEqual([
      '10.5.0.2',
      '10.5.0.3',
      '10.5.0.4',
      '10.5.0.5',
      '10.5.0.6',
    ]);
    expect(leases()).toHaveLength(5);
  });

  test('what is given back is taken last', () => {
    for (const holder of ['a', 'b', 'c']) take(holder);
    releaseAddress(place, 'net', '10.5.0.3', 'b');
    expect([take('d'), take('e'), take('f')]).toEqual(['10.5.0.5', '10.5.0.6', '10.5.0.3']);
  });

  test('where all are taken, the dead are looked for; then it is an error', () => {
    for (const holder of ['a', 'b', 'c', 'd', 'e']) take(holder);
    dead.add('b').add('d');
    expect([take('f'), take('g')].sort()).toEqual(['10.5.0.3', '10.5.0.5']);
    const error = new LimpidError({
      code: 'ENOADDRESS',
      doing: 'connect',
      subject: 'to network "net"',
      why: 'all its addresses, 10.5.0.1 to 10.5.0.6, are taken',
      hint: 'remove containers (`limpid ps --filter network=net` lists them), or create a larger network',
    });
    expect(() => take('h')).toThrow(error);
  });

  test('ranges, two addresses, IPv6', () => {
    const ranged = addressRange({
      subnet: '10.5.0.0/24',
      gateway: '10.5.0.254',
      leaseRange: { start: '10.5.0.253', end: '10.5.0.255' },
    });
    expect(formatAddress(takeAddress({ ...request('a', '10.5.0.0/24'), range: ranged }))).toBe('10.5.0.253');
    expect(() => takeAddress({ ...request('b', '10.5.0.0/24'), range: ranged })).toThrow('are taken');
    expect(take('a', '10.6.0.0/31', '10.6.0.1')).toBe('10.6.0.0');
    expect(take('a', 'fd00::/64', 'fd00::1')).toBe('fd00::2');
    expect(take('b', 'fd00::/64', 'fd00::1')).toBe('fd00::3');
  });

  test('a look takes nothing', () => {
    take('a');
    const look = request('b', '10.5.0.0/29', '10.5.0.1');
    expect([nextAddress(look), nextAddress(look)].map(formatAddress)).toEqual(['10.5.0.3', '10.5.0.3']);
    expect(leases()).toEqual(['10.5.0.2 a']);
  });
});

describe('a certain address', () => {
  const wanted = parseAddress('10.5.0.4')!;

  test('is the asker’s, again as well, and nobody else’s while he lives', () => {
    expect(takeWanted(request('a', '10.5.0.0/29'), wanted)).toBeUndefined();
    expect(takeWanted(request('a', '10.5.0.0/29'), wanted)).toBeUndefined();
    expect(takeWanted(request('b', '10.5.0.0/29'), wanted)).toBe('a');
    dead.add('a');
    expect(takeWanted(request('b', '10.5.0.0/29'), wanted)).toBeUndefined();
    expect(leases()).toEqual(['10.5.0.4 b']);
  });

  test('is given back by its holder alone', () => {
    takeWanted(request('a', '10.5.0.0/29'), wanted);
    releaseAddress(place, 'net', '10.5.0.4', 'b');
    expect(leases()).toEqual(['10.5.0.4 a']);
    releaseLeasesOf(place, 'net', 'a');
    expect(leases()).toEqual([]);
  });
});

test('a sweep frees what the dead have, and asks once for each', () => {
  for (const holder of ['a', 'b', 'a']) take(holder);
  const asked: string[] = [];
  const counting: IfDead = (id, act) => {
    asked.push(id);
    return ifDead(id, act);
  };
  dead.add('b');
  expect(sweepLeases(place, 'net', counting)).toBe(1);
  expect(leases()).toEqual(['10.5.0.2 a', '10.5.0.4 a']);
  expect(asked.toSorted()).toEqual(['a', 'b']);
});

test('10,000 short lives leak nothing, and no search gets long', () => {
  const start = performance.now();
  for (let number = 0; number < 10_000; number++) {
    const address = take(`c${number}`, '10.88.0.0/16', '10.88.0.1');
    releaseAddress(place, 'net', address, `c${number}`);
  }
  expect(leases()).toEqual([]);
  expect(readdirSync(`${place.runroot}/leases/net`).toSorted()).toEqual(['last', 'last4']);
  expect(performance.now() - start).toBeLessThan(20_000);
});

/** What eight processes at once take, 31 times each. */
async function takenByEight(givesBack: boolean): Promise<string[]> {
  const script = `
    import { releaseAddress, takeAddress } from '${import.meta.dir}/../../network/leases/lease.ts';
    import { addressRange } from '${import.meta.dir}/../../network/leases/range.ts';
    const place = ${JSON.stringify(place)};
    const range = addressRange({ subnet: '10.5.0.0/24', gateway: '10.5.0.1' });
    for (let number = 0; number < 31; number++) {
      const holder = Bun.argv[1] + number;
      const address = takeAddress({ place, network: 'net', range, holder, ifDead: () => false }).join('.');
      if (${givesBack}) releaseAddress(place, 'net', address, holder);
      console.log(address);
    }
  `;
  const processes = Array.from({ length: 8 }, (_, number) =>
    Bun.spawn([process.execPath, '-e', script, `p${number}x`], { stdout: 'pipe' }),
  );
  const outputs = await Promise.all(processes.map(({ stdout }) => new Response(stdout).text()));
  return outputs.flatMap((text) => text.trim().split('\n'));
}

test('eight processes at once never get the same', async () => {
  expect(new Set(await takenByEight(false)).size).toBe(8 * 31);
  expect(leases()).toHaveLength(8 * 31);
});

test('what one of eight gives back at once, none of the others gets next', async () => {
  expect(new Set(await takenByEight(true)).size).toBe(8 * 31);
  expect(leases()).toEqual([]);
});
