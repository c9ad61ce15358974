/** firewalld itself, with its nftables backend, on the test host: what it reloads, what it closes, and what it leaves. */
import { beforeAll, expect, test } from 'bun:test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { atTheEnd } from '../at-the-end.ts';
import { CLOSED, closedPlaces, NOTHING_DROPS, type ClosedPlaces } from './closed-places.ts';
import { labNetwork } from './lab-network.ts';
import { finish } from './limpid.ts';
import { until } from './until.ts';

const lab = labNetwork();
const { host, lan, says, directory } = lab;
const bus = `${directory}/bus`;
const env = { DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${bus}` };
const onHost = ['nsenter', `--net=${host.path}`];
const daemons: Bun.Subprocess[] = [];

const BUS = `<busconfig><type>system</type><listen>unix:path=${bus}</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy></busconfig>`;

function begin(...words: string[]): Bun.Subprocess {
  const options = { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore', env: { ...process.env, ...env } } as const;
  const daemon = Bun.spawn([...onHost, ...words], options);
  daemons.push(daemon);
  return daemon;
}

async function end(daemon: Bun.Subprocess): Promise<void> {
  daemon.kill('SIGTERM');
  await daemon.exited;
}

atTheEnd(async () => {
  for (const daemon of daemons.toReversed()) await end(daemon);
});

/** Whoever asks it by D-Bus before it is up waits long for nothing. */
async function beginFirewalld(): Promise<Bun.Subprocess> {
  const files = ['--system-config', `${directory}/firewalld`, '--log-file', `${directory}/firewalld.log`];
  const daemon = begin('firewalld', '--nofork', '--nopid', ...files);
  await until('the rules of firewalld', async () => (await host.runs('nft list table inet firewalld')).code === 0);
  await until('firewalld', async () => (await finish([...onHost, 'firewall-cmd', '--state'], { env })).code === 0);
  return daemon;
}

async function firewall(...words: string[]): Promise<void> {
  const { code, out, err } = await finish([...onHost, 'firewall-cmd', ...words], { env });
  expect({ words, code, out, err }).toEqual({ words, code: 0, out: 'success\n', err: '' });
}

/** Without its handles, and its elements and rules in any order. */
const itsTable = () => host.does('nft list table inet firewalld').split('\n').toSorted();

let places: ClosedPlaces;
let firewalld: Bun.Subprocess;

beforeAll(async () => {
  // What comes with it, whatever this machine's own says.
  mkdirSync(`${directory}/firewalld`);
  writeFileSync(`${directory}/bus.conf`, BUS);
  begin('dbus-daemon', '--config-file', `${directory}/bus.conf`, '--nofork', '--nopidfile');
  [places, firewalld] = await Promise.all([closedPlaces(lab), beginFirewalld()]);
});

test('what it closes stays closed: the way from a container to the outside, until it is told to trust the bridges', async () => {
  await places.areReachedAsWanted({ 'open 192.168.7.2:80': CLOSED });
  const trusted = ['limpid1', 'limpid2', 'limpid3', 'limpid4'].map((name) => `--add-interface=${name}`);
  await firewall('--permanent', '--zone=trusted', ...trusted);
  await firewall('--reload');
  await places.areReachedAsWanted();
});

test('its reloads change nothing of ours', async () => {
  const before = places.table();
  await firewall('--complete-reload');
  expect(places.table()).toEqual(before);
  await places.areReachedAsWanted();
});

test('restarted behind a flush it brings its own back, and we ours', async () => {
  const [before, itsBefore] = [places.table(), itsTable()];
  await end(firewalld);
  await places.areReachedAsWanted();
  host.does('nft flush ruleset');
  firewalld = await beginFirewalld();
  await places.areReachedAsWanted({
    'open 192.168.7.2:80': '10.94.1.9 tcp',
    'lan 192.168.7.1:8080': CLOSED,
    'host 127.0.0.1:8080': CLOSED,
    'host 127.0.0.1:8090': CLOSED,
  });
  await says('network', 'reload', '--all');
  expect([places.table(), itsTable()]).toEqual([before, itsBefore]);
  await places.areReachedAsWanted();
});

test('`port --explain` names its chains', async () => {
  expect(await places.explained()).toEqual(NOTHING_DROPS);
  await firewall('--panic-on');
  expect(await lan.asks('192.168.7.1', 8080, '-w', '1')).toBe(CLOSED);
  const by = 'drops it by its policy';
  expect(await places.explained()).toEqual({
    code: 1,
    lines: [
      `✗ firewall    from another machine: inet firewalld_policy_drop raw_prerouting (prerouting) ${by}`,
      `✗ firewall    from this host: inet firewalld_policy_drop raw_output (output) ${by}`,
    ],
  });
  await firewall('--panic-off');
  expect(await lan.asks('192.168.7.1', 8080, '-w', '30')).toBe('192.168.7.2 tcp');
});
