/** A kept `run` on the default network, where somebody has changed what it stands on: it is as after the whole way. */
import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { atTheEnd } from '../at-the-end.ts';
import { TestHost } from '../kernel/test-hosts.ts';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { directory, limpidWith } = privateWorld();
const machine = new TestHost('machine');
atTheEnd(() => machine.drop());
const onMachine = ['nsenter', `--net=${machine.path}`];
const words = ['run', '--rm', '--network=bridge', '-p', '8080:80', '--name', 'web', BUSYBOX];
const SCRIPT = 'ip -4 -o addr show eth0 | cut -d" " -f7; ip route | wc -l; cat /etc/resolv.conf';

async function run(...before: readonly string[]): Promise<{ readonly out: string; readonly isKept: boolean }> {
  const how = { through: [...onMachine, ...before], env: { LIMPID_TRACE: '1' } };
  const { code, out, err } = await limpidWith(how, ...words, 'sh', '-c', SCRIPT);
  expect({ code, errors: err.match(/^Error.*/gm) }).toEqual({ code: 0, errors: null });
  return { out: out.replace(/^10\.88\.0\.\d+/, 'ADDRESS'), isKept: err.includes('kept plan found') };
}

async function settle(): Promise<string> {
  for (let time = 0; time < 5; time++) {
    const { out, isKept } = await run();
    if (isKept) return out;
  }
  throw new Error('it is not kept');
}

const state = () =>
  [
    /limpid0 .*,UP/.test(machine.does('ip -br link')),
    machine.does('ip -4 -br addr').includes('10.88.0.1/16'),
    machine.does('cat /proc/sys/net/ipv4/ip_forward').trim(),
    / limpid\S*(?<!-guard)$/m.test(machine.does('nft list tables')),
  ].join(' ');

test.each([
  ['the bridge is down', 'ip link set limpid0 down'],
  ['the bridge is gone', 'ip link del limpid0'],
  ['the firewall is empty', 'nft flush ruleset'],
  ['nothing is passed on', 'sysctl -q net.ipv4.ip_forward=0'],
] as const)('%s', async (_, line) => {
  const before = await settle();
  expect(state()).toBe('true true 1 true');
  machine.does(line);
  expect(state()).not.toBe('true true 1 true');
  expect((await run()).out).toBe(before);
  expect(state()).toBe('true true 1 true');
});

test('resolvers that are others', async () => {
  const before = await settle();
  const file = `${directory}/resolv.conf`;
  writeFileSync(file, 'nameserver 192.0.2.53\nsearch web\n');
  const elsewhere = ['unshare', '--mount', 'sh', '-c', `mount --bind ${file} /etc/resolv.conf; exec "$@"`, 'sh'];
  const other = await run(...elsewhere);
  expect(other).toEqual({ out: 'ADDRESS/16\n2\nnameserver 192.0.2.53\nsearch web\n', isKept: false });
  expect((await run()).out).toBe(before);
});
