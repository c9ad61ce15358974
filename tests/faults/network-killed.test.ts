/**
 * kill -9 of `limpid` before each of its system calls that change something, of its executor, and of a monitor, with
 * networks and a published port: the next commands leave no veth, address, firewall element or bridge without a network.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { TestHost } from '../kernel/test-hosts.ts';
import { tryLock } from '../../kernel/locks.ts';
import { FaultWorld, list } from './fault-world.ts';
import { until } from '../cli/until.ts';
import { kill } from '../kill.ts';

const SIGKILLED = 137;
const fault = new FaultWorld();
const host = new TestHost('faults');
const onHost = ['nsenter', `--net=${host.path}`];
const limpid = (...words: readonly string[]) => fault.limpid(words, onHost);

beforeAll(async () => {
  expect(await limpid('run', '--rm', '--network=bridge', 'builtin:busybox', 'true')).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await limpid('rm', '--all', '--force');
  await fault.drop();
  await host.drop();
});

/** Words of strace that kill at the `count`th call of this name. */
function killedAt(call: string, count: number): string[] {
  const inject = `inject=${call}:signal=SIGKILL:when=${count}`;
  return ['strace', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject];
}

/** What is there because of containers, or of networks that nobody has. */
function left(): string[] {
  return [...fault.cgroups(), ...leftOfNetworks()];
}

function leftOfNetworks(): string[] {
  const networks = list(`${fault.root}/networks`);
  const links = host
    .does('ip -br link')
    .split('\n')
    .map((line) => line.split(/[@ ]/)[0]!);
  const leases = list(`${fault.runroot}/leases`).flatMap((network) =>
    list(`${fault.runroot}/leases/${network}`).map((address) => `${network} ${address}`),
  );
  return [
    ...networks.filter((name) => !name.endsWith('.json')).map((name) => `aside ${name}`),
    ...links.filter((name) => name.startsWith('lim') && !name.startsWith('limpid')).map((name) => `veth ${name}`),
    ...leases.filter((lease) => !/ last/.test(lease)).map((lease) => `lease ${lease}`),
    ...(host.does('nft list ruleset').match(/comment "[0-9a-f]{12} .*"/g) ?? []),
  ];
}

/** What a user does who finds things in disorder. */
async function tidyUp(): Promise<void> {
  // Its cgroup can be found by its id alone.
  fault.ids();
  await limpid('rm', '--all', '--force');
  await fault.quiet();
  expect(await limpid('container', 'prune', '-f')).toMatchObject({ code: 0, err: '' });
  expect(await limpid('network', 'ls', '-q')).toMatchObject({ code: 0, err: '' });
  await until('the end of its namespaces', () => left().every((one) => !one.startsWith('veth')));
}

/** Kills it at its first, second, third … call of this name, until it lives. Answers how often that was. */
async function killAtEach(call: string, words: readonly string[], before: readonly string[] = []): Promise<number> {
  for (let killed = 0; ; killed++) {
    if (before.length > 0) await limpid(...before);
    const { code } = await fault.limpid(words, [...onHost, ...killedAt(call, killed + 1)]);
    await tidyUp();
    expect([`killed at ${call} ${killed + 1}`, ...left()]).toHaveLength(1);
    if (code !== SIGKILLED) return killed;
  }
}

const SLEEPER = ['--name', 'x', '--network=bridge', '-p', '8080:80', 'builtin:busybox', 'sleep', '1000'];

test('a start', async () => {
  const CALLS = ['symlink', 'rename', 'write', 'socketpair', 'recvfrom'];
  let kills = 0;
  // First the whole way; once it has come to its end twice, what was kept of it.
  for (const call of [...CALLS, ...CALLS]) kills += await killAtEach(call, ['run', '-d', ...SLEEPER]);
  expect(kills).toBeGreaterThan(20);
  const again = await fault.limpid(['run', '-d', ...SLEEPER], [...onHost, 'env', 'LIMPID_TRACE=1']);
  expect(again.err).toContain('kept plan found');
  await tidyUp();
  const { code } = await limpid('run', '--rm', '-d', ...SLEEPER);
  expect(code).toBe(0);
  await tidyUp();
  expect(left()).toEqual([]);
});

test('the executor or the child, before each of its messages to the kernel', async () => {
  // Of a guard that this start brought strace would wait for the end.
  const guardLock = await until('nobody guards', () => {
    const lock = tryLock(`${fault.runroot}/guard.lock`);
    return typeof lock === 'object' && lock;
  });
  for (const words of [
    ['run', '-d', ...SLEEPER],
    ['start', 'x'],
  ]) {
    let killed = 0;
    for (; ; killed++) {
      if (words[0] === 'start') await limpid('create', ...SLEEPER);
      const [strace = '', ...options] = killedAt('sendto', killed + 1);
      const { code, err } = await fault.limpid(words, [...onHost, strace, '-f', ...options]);
      if (code === 0) break;
      expect([code, err]).toEqual([125, expect.stringMatching(/^Error: cannot .*\n$/)]);
      // The start itself has cleared away: nobody has tidied up yet.
      await until('the end of its namespaces', () => leftOfNetworks().every((one) => !one.startsWith('veth')));
      expect([`killed at sendto ${killed + 1}`, ...leftOfNetworks()]).toHaveLength(1);
      await tidyUp();
      expect([`killed at sendto ${killed + 1}`, ...left()]).toHaveLength(1);
    }
    expect(killed).toBeGreaterThan(2);
    await tidyUp();
  }
  guardLock.release();
});

test('network create, connect, disconnect and rm', async () => {
  const start = ['run', '-d', ...SLEEPER];
  let kills = 0;
  for (const call of ['rename', 'unlink', 'socketpair']) {
    kills += await killAtEach(call, ['network', 'create', '--ignore', '--disable-dns', '--subnet=10.9.0.0/24', 'net']);
    await limpid('network', 'create', '--ignore', '--disable-dns', '--subnet=10.9.0.0/24', 'net');
    kills += await killAtEach(call, ['network', 'connect', 'net', 'x'], start);
    kills += await killAtEach(
      call,
      ['network', 'rm', 'net'],
      ['network', 'create', '--ignore', '--subnet=10.9.0.0/24', 'net'],
    );
    expect((await limpid('network', 'rm', 'net')).code).toBe(1);
    expect(host.does('ip -br link')).not.toContain('limpid1');
  }
  // Its published port moves to the other network on the way.
  await limpid('network', 'create', '--ignore', '--disable-dns', '--subnet=10.9.0.0/24', 'net');
  const both = ['run', '-d', '--network=net', ...SLEEPER];
  for (const call of ['rename', 'unlink', 'socketpair'])
    kills += await killAtEach(call, ['network', 'disconnect', 'net', 'x'], both);
  await limpid('network', 'rm', 'net');
  expect(kills).toBeGreaterThan(5);
});

test('a connection or its end that is killed: the next connection goes well, and nothing of the first is left', async () => {
  await limpid('network', 'create', '--disable-dns', '--subnet=10.9.0.0/24', 'net');
  expect(await limpid('run', '-d', ...SLEEPER)).toMatchObject({ code: 0 });
  const interfaces = async () => (await limpid('exec', 'x', 'ls', '/sys/class/net')).out;
  let kills = 0;
  for (const words of ['connect', 'disconnect']) {
    for (const call of ['rename', 'socketpair', 'recvfrom']) {
      for (let killed = 0; ; killed++) {
        await limpid('network', words === 'connect' ? 'disconnect' : 'connect', 'net', 'x');
        const { code } = await fault.limpid(['network', words, 'net', 'x'], [...onHost, ...killedAt(call, killed + 1)]);
        if (code !== SIGKILLED) break;
        kills++;
        const { err } = await limpid('network', 'connect', 'net', 'x');
        expect(err === '' || err.includes('it is on network "net" already') ? '' : err).toBe('');
        expect([words, call, killed, await interfaces()]).toEqual([words, call, killed, 'eth0\neth1\nlo\n']);
        const inside = await limpid('exec', 'x', 'ip', '-4', '-o', 'addr', 'show', 'eth1');
        const known = await limpid('inspect', '--format={{.NetworkSettings.Networks.net.IPAddress}}', 'x');
        expect(inside.out).toContain(` ${known.out.trim()}/24 `);
        const leases = list(`${fault.runroot}/leases/net`).filter((name) => !name.startsWith('last'));
        expect(leases).toEqual([known.out.trim()]);
      }
    }
  }
  // Where its port leads while it is on both, and on one.
  const leads = () => host.does('nft list ruleset').match(/tcp \. 8080 comment "[0-9a-f]{12} x" : (\S+) \. 80/)?.[1];
  const addressOn = async (network: string) =>
    (await limpid('inspect', `--format={{.NetworkSettings.Networks.${network}.IPAddress}}`, 'x')).out.trim();
  for (const call of ['rename', 'socketpair', 'recvfrom']) {
    for (let killed = 0; ; killed++) {
      await limpid('network', 'connect', 'net', 'x');
      expect([call, killed, leads()]).toEqual([call, killed, await addressOn('limpid')]);
      const words = ['network', 'disconnect', 'limpid', 'x'];
      const { code } = await fault.limpid(words, [...onHost, ...killedAt(call, killed + 1)]);
      if (code === SIGKILLED) {
        const { err } = await limpid(...words);
        expect(err === '' || err.includes('is not on network "limpid"') ? '' : err).toBe('');
      }
      expect((await interfaces()).split('\n')).toHaveLength(3);
      expect([call, killed, leads()]).toEqual([call, killed, await addressOn('net')]);
      expect(await limpid('network', 'connect', 'limpid', 'x')).toMatchObject({ code: 0, err: '' });
      await limpid('network', 'disconnect', 'net', 'x');
      if (code !== SIGKILLED) break;
      kills++;
    }
  }
  expect(kills).toBeGreaterThan(9);
  await tidyUp();
  await limpid('network', 'rm', 'net');
  expect(left()).toEqual([]);
});

/** The kernel lists elements in no certain order. */
const rules = () =>
  host
    .does('nft list ruleset')
    .split('\n')
    .map((line) =>
      line
        .replace('elements = {', '')
        .replace(/,$| }$/, '')
        .trim(),
    )
    .toSorted();

test('a reload and an update: what is wanted is there after the next reload', async () => {
  await limpid('network', 'create', '--disable-dns', '--subnet=10.9.0.0/24', 'net');
  await limpid('run', '-d', ...SLEEPER);
  expect(await limpid('network', 'reload', '--all')).toMatchObject({ code: 0, err: '' });
  const before = rules();
  const address = async () => (await limpid('inspect', '--format', '{{.NetworkSettings.IPAddress}}', 'x')).out.trim();
  const reaches = async () => (await host.runs(`nc -zv -w 1 ${await address()} 9`)).err;
  expect(await reaches()).toContain('refused');
  const takeAway = () => {
    host.does('nft flush ruleset');
    host.does('ip link delete limpid0');
  };
  let kills = 0;
  for (const [words, call, prepare] of [
    [['network', 'reload', '--all'], 'rename', takeAway],
    [['network', 'reload', '--all'], 'socketpair', takeAway],
    [['network', 'reload', '--all'], 'sendto', takeAway],
    [['network', 'update', '--dns-add=9.9.9.9', 'net'], 'rename', () => {}],
  ] as const) {
    for (let killed = 0; ; killed++) {
      prepare();
      const { code } = await fault.limpid(words, [...onHost, ...killedAt(call, killed + 1)]);
      expect(await limpid('network', 'reload', '--all')).toMatchObject({ code: 0, err: '' });
      expect([rules(), await reaches()]).toEqual([before, expect.stringContaining('refused')]);
      if (code !== SIGKILLED) break;
      kills++;
    }
  }
  expect(kills).toBeGreaterThan(2);
  expect(await limpid('network', 'inspect', '--format={{.network_dns_servers}}', 'net')).toMatchObject({ code: 0 });
  await tidyUp();
  await limpid('network', 'rm', 'net');
});

test('the resolver of names, at each step of its coming', async () => {
  await limpid('network', 'create', '--subnet=10.9.0.0/24', 'net');
  let kills = 0;
  for (const call of ['bind', 'rename', 'unlink']) {
    for (let killed = 0; ; killed++) {
      await until('the last resolver has gone', () => {
        const lock = tryLock(`${fault.runroot}/resolver/lock`);
        if (typeof lock === 'object') lock.release();
        return lock !== 'busy';
      });
      // Nobody has an address there, so one that lives ends by itself.
      const { code } = await fault.limpid(['network', 'resolver'], [...onHost, ...killedAt(call, killed + 1)]);
      if (code !== SIGKILLED) break;
      kills++;
      const asked = ['run', '--rm', '--name', 'x', '--network=net', 'builtin:busybox', 'nslookup', '-type=a', 'x'];
      expect(await limpid(...asked)).toMatchObject({
        code: 0,
        err: '',
        out: expect.stringContaining('Address: 10.9.0.'),
      });
    }
  }
  expect(kills).toBeGreaterThan(4);
  await tidyUp();
  await limpid('network', 'rm', 'net');
  expect(left()).toEqual([]);
});

test('the monitor, and then the container', async () => {
  await limpid('run', '-d', ...SLEEPER);
  const { out } = await limpid('inspect', '--format', '{{.State.MonitorPid}} {{.NetworkSettings.IPAddress}}', 'x');
  const [monitor = '', address = ''] = out.trim().split(' ');
  kill(Number(monitor));
  await until('the death of the monitor', () => !fault.processes().includes(Number(monitor)));
  // It runs unwatched: its address stays its own.
  expect(left().filter((one) => one.startsWith('lease'))).toEqual([`lease limpid ${address}`]);
  const taken = await limpid('run', '--rm', '--network=bridge', `--ip=${address}`, 'builtin:busybox', 'true');
  expect(taken.err).toContain(`address ${address} is taken by container`);
  await limpid('kill', 'x');
  await fault.quiet();
  // Its lease is free for whoever asks for it, though nobody has tidied up.
  expect(await limpid('run', '--rm', '--network=bridge', `--ip=${address}`, 'builtin:busybox', 'true')).toMatchObject({
    code: 0,
  });
  await tidyUp();
  expect(left()).toEqual([]);
  await until('the guard has gone', () => !host.does('nft list tables').includes('-guard'));
});
