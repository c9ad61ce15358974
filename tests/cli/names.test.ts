/** Containers find each other and the outside by name, through the resolver of their world. */
import { afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { atTheEnd } from '../at-the-end.ts';
import { cable, TestHost } from '../kernel/test-hosts.ts';
import { BUSYBOX, privateWorld, type Result } from './limpid.ts';
import { until } from './until.ts';
import { kill } from '../kill.ts';

const world = privateWorld();
const machine = new TestHost('machine');
const outside = new TestHost('outside');
const STATE = `${world.directory}/run/resolver/state`;
const OUTSIDE = '198.51.100.53';

/** A command of limpid on the test machine. */
const on = (...words: string[]): Promise<Result> =>
  world.limpidWith({ through: ['nsenter', `--net=${machine.path}`] }, ...words);

async function says(...words: string[]): Promise<string> {
  const { code, out, err } = await on(...words);
  expect({ err, code }).toEqual({ err: '', code: 0 });
  return out.trimEnd();
}

const start = (name: string, ...options: string[]) =>
  says('run', '-d', '--name', name, ...options, BUSYBOX, 'sleep', 'infinity');

/** What a container finds behind a name: addresses, or how that fails. */
async function finds(container: string, name: string): Promise<string> {
  const { out } = await on('exec', container, 'nslookup', '-type=a', name);
  const failure = /(NXDOMAIN|REFUSED|SERVFAIL|timed out|no servers)/.exec(out)?.[1];
  const addresses = [...out.matchAll(/^Address: (\S+)$/gm)].map(([, address]) => address);
  return failure ?? addresses.sort().join(' ');
}

const addressOf = (name: string) => says('inspect', '--format', '{{.NetworkSettings.Networks.front.IPAddress}}', name);

const digs = async (...words: string[]) => (await machine.runs(['dig', '+time=2', '+tries=1', ...words])).out.trim();

const resolver = () => (JSON.parse(readFileSync(STATE, 'utf8')) as { process: { pid: number } }).process.pid;
const parentOf = (pid: number) => Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);

let web = '';

beforeAll(async () => {
  cable(machine, 'up0 198.51.100.1/24', outside, `up0 ${OUTSIDE}/24`);
  machine.does(`ip route add default via ${OUTSIDE}`);
  await outside.serves([fileURLToPath(new URL('dns-answerer.ts', import.meta.url)), OUTSIDE]);
  await says('network', 'create', '--subnet', '10.70.0.0/24', '--dns', OUTSIDE, 'front');
  await says('network', 'create', '--subnet', '10.70.1.0/24', '--internal', 'back');
  web = await start('web', '--network', 'front:alias=www');
  await start('both', '--network', 'front:alias=www', '--network', 'back');
  await start('db', '--network', 'back');
});

atTheEnd(() => outside.drop());
atTheEnd(() => machine.drop());
atTheEnd(async () => {
  await on('rm', '-f', '-t', '0', 'web', 'both', 'db');
  await until('the resolver is gone', () => !existsSync(STATE));
});
afterEach(() => on('rm', '-f', '-t', '0', '--ignore', 'late'));

describe('containers', () => {
  test('are found by name, by the names they are given besides, by the start of their id', async () => {
    expect(await finds('both', 'web')).toBe('10.70.0.2');
    expect(await finds('both', 'web.dns.limpid')).toBe('10.70.0.2');
    expect(await finds('both', 'www')).toBe('10.70.0.2 10.70.0.3');
    expect(await finds('both', web.slice(0, 12))).toBe('10.70.0.2');
    expect(await digs('@10.70.0.1', '+short', '-x', '10.70.0.2')).toBe('web.');
  });

  test('find whoever shares a network with them, and nobody else', async () => {
    expect(await finds('both', 'db')).toBe('10.70.1.3');
    expect(await finds('db', 'both')).toBe('10.70.1.2');
    expect(await finds('web', 'db.dns.limpid')).toBe('NXDOMAIN');
  });

  test('are found as soon as they run and no longer than that', async () => {
    await start('late', '--network', 'front');
    expect(await finds('web', 'late')).toBe(await addressOf('late'));
    await says('rm', '-f', 'late');
    await until('it has no name any more', async () => (await finds('web', 'late.dns.limpid')) === 'NXDOMAIN');
  });
});

describe('the outside', () => {
  test('is asked for what is no container', async () => {
    expect(await finds('web', 'example.test')).toBe('203.0.113.5');
    expect(await finds('web', 'nothing.test')).toBe('NXDOMAIN');
  });

  test('is asked by TCP for what is too large, and what it says of EDNS comes through', async () => {
    expect(await digs('@10.70.0.1', '+short', 'big.test')).toBe('203.0.113.6');
    expect(await digs('@10.70.0.1', '+short', '+tcp', 'example.test')).toBe('203.0.113.5');
    expect(await digs('@10.70.0.1', '+short', 'edns.test')).toBe('203.0.113.7');
    expect(await digs('@10.70.0.1', '+short', '+noedns', 'edns.test')).toBe('203.0.113.8');
  });

  test('is searched by the domains of whoever asks', async () => {
    await start('late', '--network', 'front', '--dns-search=test');
    // As the C library of this machine asks where it has the container's network and its resolv.conf.
    const path = await says('inspect', '--format={{.ResolvConfPath}}', 'late');
    const asks = `mount --bind ${path} /etc/resolv.conf; for name in example web; do getent ahostsv4 $name; done`;
    const found = await says('netns', 'exec', 'late', 'unshare', '--mount', 'sh', '-c', asks);
    expect(found.match(/^\S+(?= +STREAM)/gm)).toEqual(['203.0.113.5', '10.70.0.2']);
  });

  test('is asked at other addresses from the next question on, where these are changed', async () => {
    // Nobody answers at the machine's own.
    await says('network', 'create', '--subnet', '10.70.2.0/24', '--dns', '198.51.100.1', 'side');
    await start('late', '--network', 'side');
    expect(await finds('late', 'example.test')).toBe('SERVFAIL');
    await says('network', 'update', `--dns-add=${OUTSIDE}`, '--dns-drop=198.51.100.1', 'side');
    expect(await finds('late', 'example.test')).toBe('203.0.113.5');
    await says('rm', '-f', '-t', '0', 'late');
    await says('network', 'rm', 'side');
  });

  test('is not there for an internal network', async () => {
    expect(await finds('db', 'example.test')).toBe('REFUSED');
    expect(await says('exec', 'db', 'cat', '/etc/resolv.conf')).toStartWith('nameserver 10.70.1.1\nsearch dns.limpid');
  });
});

describe('the resolver', () => {
  test('is one for all networks, and is started again when it is killed', async () => {
    const killed = resolver();
    kill(killed);
    await until('another one is there', () => existsSync(STATE) && resolver() !== killed);
    expect(await finds('both', 'web')).toBe('10.70.0.2');
    expect(await finds('db', 'both')).toBe('10.70.1.2');
  });

  test('dead with its keeper leaves the outside in reach, and comes back with the next start', async () => {
    const killed = resolver();
    kill(parentOf(killed));
    kill(killed);
    expect(await finds('web', 'example.test')).toBe('203.0.113.5');
    await start('late', '--network', 'front');
    expect(await finds('web', 'late')).toBe(await addressOf('late'));
  });

  test('that cannot have its port says so, and nothing is left of the start', async () => {
    const busy = new TestHost('busy');
    try {
      await busy.answers('udp', 53, '0.0.0.0');
      const there = (...words: string[]) =>
        world.limpidWith(
          { through: ['nsenter', `--net=${busy.path}`] },
          ...['--runroot', `${world.directory}/busy`, '--root', `${world.directory}/busy-root`],
          ...words,
        );
      await there('network', 'create', '--subnet', '10.71.0.0/24', 'front');
      const { code, err } = await there('run', '--rm', '--network', 'front', BUSYBOX, 'true');
      expect({ code, err }).toEqual({
        code: 125,
        err:
          'Error: cannot serve container names at 10.71.0.1: another program has port 53 there (hint: `ss -lnup sport = :53` ' +
          'shows it; `limpid network create --disable-dns` makes a network without names)\n',
      });
      expect((await there('ps', '-aq')).out).toBe('');
      await until('its resolver is gone', () => !existsSync(`${world.directory}/busy/resolver/state`));
    } finally {
      await busy.drop();
    }
  });
});
