/** What stays closed when somebody has flushed the whole ruleset, before anybody restores it. */
import { beforeAll, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import type { NetworkPlace } from '../kernel/test-hosts.ts';
import { labNetwork } from './lab-network.ts';
import { until } from './until.ts';

const lab = labNetwork();
const { host, lan, says, inside } = lab;
const CLOSED = 'nothing, exit code 1';
const tables = (): readonly string[] => host.does('nft list tables').match(/limpid-[0-9a-f]{8}(-guard)?/g) ?? [];
const guards = () => tables().filter((name) => name.endsWith('-guard'));

const places = new Map<string, NetworkPlace>();
const asks = (from: string, address: string) => places.get(from)!.asks(address, 80, '-w', '1');

beforeAll(async () => {
  const networks: [string, string, string[]][] = [
    ['one', '10.95.1', ['-o', 'isolate=true', '--disable-dns']],
    ['two', '10.95.2', ['-o', 'isolate=true']],
    ['strict', '10.95.3', ['-o', 'isolate=strict']],
    ['inner', '10.95.4', ['--internal', '--disable-dns']],
    ['open', '10.95.5', []],
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

test('the guard is the resolver’s alone, and comes back with it', async () => {
  const [guard] = guards();
  const { code, err } = await host.runs(`nft delete table inet ${guard}`);
  expect(code).toBe(1);
  expect(err).toContain('Operation not permitted');
  const runroot = await says('info', '--format={{.Store.RunRoot}}');
  const state = `${runroot}/resolver/state`;
  const { process: resolver } = JSON.parse(readFileSync(state, 'utf8')) as { process: { pid: number } };
  process.kill(resolver.pid, 'SIGKILL');
  await until('another resolver is there', () => {
    const text = existsSync(state) ? readFileSync(state, 'utf8') : '{}';
    return (JSON.parse(text) as { process?: { pid: number } }).process?.pid !== resolver.pid;
  });
  await until('it guards', () => guards().length === 1);
  host.does('nft flush ruleset');
  expect(await asks('one', '10.95.2.9')).toBe(CLOSED);
});

test('a network that comes later is guarded before its containers start, and nothing is once the last has gone', async () => {
  await says('network', 'create', '--subnet=10.95.6.0/24', '--disable-dns', '-o', 'isolate=true', 'late');
  places.set('late', await inside('late', '--network=late'));
  const isGuarded = () => host.does(`nft list table inet ${guards()[0]}`).includes('comment "late"');
  expect(isGuarded()).toBe(true);
  host.does('nft flush ruleset');
  expect(await asks('late', '10.95.2.9')).toBe(CLOSED);
  await says('rm', '-f', '-t', '0', '--all');
  await until('the guard is gone', () => guards().length === 0);
  // Nobody has a name now: it is there for this one alone.
  await inside('last', '--network=late');
  expect(isGuarded()).toBe(true);
  await says('rm', '-f', '-t', '0', 'last');
  await until('the guard is gone again', () => guards().length === 0);
});
