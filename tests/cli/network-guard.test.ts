/** What stays closed when somebody has flushed the whole ruleset, before anybody restores it. */
import { beforeAll, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import type { NetworkPlace } from '../kernel/test-hosts.ts';
import { labNetwork } from './lab-network.ts';
import { BUSYBOX } from './limpid.ts';
import { until } from './until.ts';

const lab = labNetwork();
const { host, lan, says, inside } = lab;
const CLOSED = 'nothing, exit code 1';
const tables = (): readonly string[] => host.does('nft list tables').match(/limpid-[0-9a-f]{8}(-guard)?/g) ?? [];
const guards = () => tables().filter((name) => name.endsWith('-guard'));
/** The processes of this world's guard: who holds the table, and who keeps it. */
const processes = (runroot: string) =>
  readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && textOf(`/proc/${pid}/cmdline`).includes(`\0${runroot}/guard/batch\0`),
  );
const named = (runroot: string, name: string) =>
  processes(runroot).find((pid) => textOf(`/proc/${pid}/comm`) === `${name}\n`);

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const places = new Map<string, NetworkPlace>();
const asks = (from: string, address: string) => places.get(from)!.asks(address, 80, '-w', '1');

beforeAll(async () => {
  const networks: [string, string, string[]][] = [
    ['one', '10.95.1', ['-o', 'isolate=true', '--disable-dns']],
    ['two', '10.95.2', ['-o', 'isolate=true']],
    ['strict', '10.95.3', ['-o', 'isolate=strict']],
    ['inner', '10.95.4', ['--internal', '--disable-dns']],
    ['open', '10.95.5', []],
    ['plain', '10.95.7', ['--disable-dns']],
  ];
  for (const [name, block, options] of networks) {
    await says('network', 'create', '--subnet', `${block}.0/24`, ...options, name);
    places.set(name, await inside(name, `--network=${name}:ip=${block}.9`, '-p', `80${block.at(-1)}0:80`));
  }
  // Somebody in there may make routes; what else keeps them in is looked at.
  places.get('inner')!.does('ip route add default via 10.95.4.1');
  places.set('host', host).set('lan', lan);
  lan.does('ip route add 10.95.0.0/16 via 192.168.7.1');
  await Promise.all([...places.values()].map((place) => place.answers('tcp', 80)));
});

/** Who reaches whom where something could be closed. */
async function reached(): Promise<Record<string, string>> {
  const asked: [string, string][] = [
    ['one', '10.95.2.9'],
    ['two', '10.95.1.9'],
    ['open', '10.95.3.9'],
    ['strict', '10.95.5.9'],
    ['open', '10.95.4.9'],
    ['inner', '10.95.5.9'],
    ['inner', '192.168.7.2'],
    ['inner', '192.168.7.1'],
    ['lan', '10.95.1.9'],
    ['lan', '10.95.5.9'],
    ['host', '10.95.3.9'],
    ['host', '10.95.4.9'],
  ];
  const answers = asked.map(async ([from, address]) => [`${from} ${address}`, await asks(from, address)] as const);
  return Object.fromEntries(await Promise.all(answers));
}

const AS_WANTED = {
  'one 10.95.2.9': CLOSED,
  'two 10.95.1.9': CLOSED,
  'open 10.95.3.9': CLOSED,
  'strict 10.95.5.9': CLOSED,
  'open 10.95.4.9': CLOSED,
  'inner 10.95.5.9': CLOSED,
  'inner 192.168.7.2': CLOSED,
  'inner 192.168.7.1': CLOSED,
  'lan 10.95.1.9': CLOSED,
  'lan 10.95.5.9': CLOSED,
  'host 10.95.3.9': '10.95.3.1 tcp',
  'host 10.95.4.9': '10.95.4.1 tcp',
};

test('isolated, internal and unpublished stay as they were; published ports are closed until they are restored', async () => {
  expect(await reached()).toEqual(AS_WANTED);
  expect(tables()).toHaveLength(2);
  expect(await lan.asks('192.168.7.1', 8050)).toBe('192.168.7.2 tcp');
  // The kernel lists elements in no certain order.
  const ours = () =>
    host
      .does(`nft list table inet ${guards()[0]!.replace('-guard', '')}`)
      .split('\n')
      .map((line) =>
        line
          .replace('elements = {', '')
          .replace(/,$| }$/, '')
          .trim(),
      )
      .toSorted();
  const before = ours();
  host.does('nft flush ruleset');
  expect(tables()).toEqual(guards());
  expect(await reached()).toEqual(AS_WANTED);
  expect(await lan.asks('192.168.7.1', 8050)).toBe(CLOSED);
  await says('network', 'reload', '--all');
  expect(ours()).toEqual(before);
  expect(await lan.asks('192.168.7.1', 8050)).toBe('192.168.7.2 tcp');
});

test('the guard is one small process’ alone, and comes back when that is killed', async () => {
  const [guard] = guards();
  const { code, err } = await host.runs(`nft delete table inet ${guard}`);
  expect(code).toBe(1);
  expect(err).toContain('Operation not permitted');
  const runroot = await says('info', '--format={{.Store.RunRoot}}');
  const killed = named(runroot, 'limpid-guard')!;
  process.kill(Number(killed), 'SIGKILL');
  const again = await until('another one is there', () => {
    const pid = named(runroot, 'limpid-guard');
    return pid !== killed && guards().length === 1 && pid;
  });
  host.does('nft flush ruleset');
  expect(await asks('one', '10.95.2.9')).toBe(CLOSED);
  expect(privateKilobytes(again) + privateKilobytes(named(runroot, 'limpid-keeper')!)).toBeLessThan(200);
});

test('killed with its keeper it is there again with the next start, and with a reload', async () => {
  const runroot = await says('info', '--format={{.Store.RunRoot}}');
  const end = async () => {
    for (const name of ['limpid-keeper', 'limpid-guard']) process.kill(Number(named(runroot, name)), 'SIGKILL');
    await until('nobody guards', () => guards().length === 0 && processes(runroot).length === 0);
  };
  await end();
  await says('run', '--rm', '--network=plain', BUSYBOX, 'true');
  await until('the start has brought it', () => guards().length === 1);
  await end();
  await says('network', 'reload', '--all');
  await until('the reload has brought it', () => guards().length === 1);
  expect(processes(runroot)).toHaveLength(2);
});

test('a network that comes later is guarded, and nothing is once the last container has gone', async () => {
  const runroot = await says('info', '--format={{.Store.RunRoot}}');
  const isGuarded = (name: string) => host.does(`nft list table inet ${guards()[0]}`).includes(`comment "${name}"`);
  await says('network', 'create', '--subnet=10.95.6.0/24', '--disable-dns', '-o', 'isolate=true', 'late');
  await until('it is guarded', () => isGuarded('late'));
  places.set('late', await inside('late', '--network=late'));
  host.does('nft flush ruleset');
  expect(await asks('late', '10.95.2.9')).toBe(CLOSED);
  await says('rm', '-f', '-t', '0', 'late');
  await says('network', 'rm', 'late');
  await until('it is forgotten', () => !isGuarded('late'));
  await says('rm', '-f', '-t', '0', '--all');
  await until('the guard is gone', () => guards().length === 0 && processes(runroot).length === 0);
});

test('the default network alone is guarded as well: no neighbour machine gets in behind a flush', async () => {
  const runroot = await says('info', '--format={{.Store.RunRoot}}');
  const place = await inside('alone', '-p', '8060:80', '--network=bridge');
  await place.answers('tcp', 80);
  const address = await says('inspect', '--format={{.NetworkSettings.IPAddress}}', 'alone');
  lan.does(`ip route add ${address}/32 via 192.168.7.1`);
  await until('it is guarded', () => guards().length === 1);
  expect(await lan.asks('192.168.7.1', 8060)).toBe('192.168.7.2 tcp');
  host.does('nft flush ruleset');
  expect(tables()).toEqual(guards());
  expect(await lan.asks(address, 80, '-w', '1')).toBe(CLOSED);
  expect(await lan.asks('192.168.7.1', 8060, '-w', '1')).toBe(CLOSED);
  expect(await host.asks(address, 80)).toMatch(/ tcp$/);
  // Seen from the other side: without the guard the neighbour is let in.
  for (const name of ['limpid-keeper', 'limpid-guard']) process.kill(Number(named(runroot, name)), 'SIGKILL');
  await until('nobody guards', () => guards().length === 0);
  expect(await lan.asks(address, 80)).toBe('192.168.7.2 tcp');
  await says('network', 'reload', '--all');
  expect(await lan.asks(address, 80, '-w', '1')).toBe(CLOSED);
  await until('it is guarded again', () => guards().length === 1);
  await says('rm', '-f', '-t', '0', 'alone');
  await until('the guard is gone', () => guards().length === 0 && processes(runroot).length === 0);
});

/** Of memory that the process shares with nobody. */
function privateKilobytes(pid: string): number {
  const lines = textOf(`/proc/${pid}/smaps_rollup`).matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm);
  return [...lines].reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0);
}
