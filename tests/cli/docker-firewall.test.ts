/** A daemon of Docker's on the test host: it has all that is forwarded dropped but what is its own. */
import { beforeAll, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { atTheEnd } from '../at-the-end.ts';
import { CLOSED, closedPlaces, NOTHING_DROPS, type ClosedPlaces } from './closed-places.ts';
import { labNetwork } from './lab-network.ts';
import { until } from './until.ts';

const lab = labNetwork();
const { host, directory } = lab;
const socket = `unix://${directory}/docker.sock`;
let daemon: Bun.Subprocess | undefined;

async function endDocker(): Promise<void> {
  daemon?.kill('SIGTERM');
  await daemon?.exited;
}
atTheEnd(endDocker);

async function beginDocker(): Promise<void> {
  const log = `${directory}/dockerd.log`;
  const options = { stdin: 'ignore', stdout: Bun.file(log), stderr: Bun.file(log) } as const;
  const words = ['dockerd', '--config-file', `${directory}/daemon.json`];
  daemon = Bun.spawn(['nsenter', `--net=${host.path}`, ...words], options);
  await until('dockerd', async () => {
    const isUp = (await host.runs(`docker -H ${socket} info`)).code === 0;
    return isUp || { butSaw: readFileSync(log, 'utf8').slice(-2000) };
  });
}

let places: ClosedPlaces;

beforeAll(async () => {
  const config = {
    'data-root': `${directory}/docker`,
    'exec-root': `${directory}/docker-exec`,
    pidfile: `${directory}/docker.pid`,
    hosts: [socket],
    'storage-driver': 'vfs',
  };
  writeFileSync(`${directory}/daemon.json`, JSON.stringify(config));
  // It forbids forwarding to all others where it has switched that on itself.
  host.sysctl('ipv4/ip_forward', '0');
  await beginDocker();
  places = await closedPlaces(lab);
});

test('what it drops stays dropped, and `port --explain` names its chain', async () => {
  await places.areReachedAsWanted({ 'lan 192.168.7.1:8080': CLOSED, 'open 192.168.7.2:80': CLOSED });
  expect(await places.explained()).toEqual({
    code: 1,
    lines: ['✗ firewall    from another machine: ip filter FORWARD (forward) drops it by its policy'],
  });
});

test('what it lets the user allow gets through; its restart changes nothing of ours', async () => {
  for (const side of ['-i', '-o']) host.does(`iptables -I DOCKER-USER ${side} limpid1 -j ACCEPT`);
  await places.areReachedAsWanted();
  expect(await places.explained()).toEqual(NOTHING_DROPS);
  const before = places.table();
  await endDocker();
  await beginDocker();
  expect(places.table()).toEqual(before);
  await places.areReachedAsWanted();
});
