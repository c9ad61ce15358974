/** ufw itself on the test host: what it enables, reloads and allows. It speaks iptables' language to nf_tables. */
import { beforeAll, expect, test } from 'bun:test';
import { cpSync } from 'node:fs';
import { CLOSED, closedPlaces, NOTHING_DROPS, type ClosedPlaces } from './closed-places.ts';
import { labNetwork } from './lab-network.ts';
import { finish } from './limpid.ts';

const lab = labNetwork();
const { host, says, directory } = lab;
let places: ClosedPlaces;

beforeAll(async () => {
  cpSync('/etc/ufw', `${directory}/ufw`, { recursive: true });
  cpSync('/etc/default/ufw', `${directory}/default`);
  places = await closedPlaces(lab);
});

/** With files and a lock of its own. */
async function ufw(...words: string[]): Promise<void> {
  const own = `mount --bind ${directory}/ufw /etc/ufw; mount --bind ${directory}/default /etc/default/ufw; mount -t tmpfs none /run`;
  const inOwnPlace = ['unshare', '--mount', '--propagation=private', 'sh', '-ec', `${own}; exec ufw "$@"`, 'ufw'];
  const { code, err } = await finish(['nsenter', `--net=${host.path}`, ...inOwnPlace, ...words]);
  expect({ words, code, err }).toEqual({ words, code: 0, err: '' });
}

test('what it closes stays closed, and `port --explain` names its chain', async () => {
  const before = places.table();
  await ufw('--force', 'enable');
  expect(places.table()).toEqual(before);
  await places.areReachedAsWanted({ 'lan 192.168.7.1:8080': CLOSED, 'open 192.168.7.2:80': CLOSED });
  expect(await places.explained()).toEqual({
    code: 1,
    lines: ['✗ firewall    from another machine: ip filter FORWARD (forward) drops it by its policy'],
  });
});

test('what it is told to pass on gets through, and nothing else', async () => {
  await ufw('route', 'allow', 'in', 'on', 'eth0', 'out', 'on', 'limpid1');
  await ufw('route', 'allow', 'in', 'on', 'limpid1', 'out', 'on', 'eth0');
  await places.areReachedAsWanted();
  expect(await places.explained()).toEqual(NOTHING_DROPS);
});

test('its reload changes nothing of ours; behind a flush it brings its own back, and we ours', async () => {
  const before = places.table();
  await ufw('reload');
  expect(places.table()).toEqual(before);
  host.does('nft flush ruleset');
  await ufw('reload');
  await places.areReachedAsWanted({
    'open 192.168.7.2:80': '10.94.1.9 tcp',
    'lan 192.168.7.1:8080': CLOSED,
    'host 127.0.0.1:8080': CLOSED,
    'host 127.0.0.1:8090': CLOSED,
  });
  await says('network', 'reload', '--all');
  expect(places.table()).toEqual(before);
  await places.areReachedAsWanted();
});
