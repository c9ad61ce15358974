/** What needs more of a kernel than others: ipvlan, VLANs, SCTP. With real packets, where there is such a kernel. */
import { beforeAll, describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cable, type NetworkPlace } from '../kernel/test-hosts.ts';
import { labNetwork } from './lab-network.ts';
import { BUSYBOX } from './limpid.ts';

const ANSWERER = fileURLToPath(new URL('../kernel/answerer.pl', import.meta.url));
const CLOSED = 'nothing, exit code 1';
/** Emulated, each program takes seconds. */
const PATIENCE = 300_000;

// In a guest the modules are there to be loaded; the machine itself is left as it is.
if (process.env['GUEST_WORLD'] !== undefined)
  for (const module of ['ipvlan', 'macvlan', '8021q', 'sctp']) Bun.spawnSync(['modprobe', module]);

const can = (script: string) => Bun.spawnSync(['unshare', '--net', 'sh', '-ec', script]).exitCode === 0;
const PARENT = 'ip link add p type veth peer name q; ip link add link p name x type';
const hasIpvlan = can(`${PARENT} ipvlan`);
const hasVlan = can(`${PARENT} vlan id 5; ip link add name bridge0 type bridge vlan_filtering 1`);
const hasSctp = can('test -e /proc/net/sctp/eps');

const { host, lan, limpid, says, inside } = labNetwork();

const serves = (place: NetworkPlace, protocol: string, port: number) =>
  place.serves([ANSWERER, 'serve', protocol, String(port)], 'perl');
const asks = (place: NetworkPlace, address: string, port: number) => place.asks(address, port, '-w', '30');
const asksSctp = async (place: NetworkPlace, address: string, port: number) =>
  (await place.runs(['perl', ANSWERER, 'ask', 'sctp', address, String(port)])).out.trim();

/** Takes modules away, as far as nobody uses them, so that they do not come back by themselves; or lets them come again. */
function withoutFirewall(really: boolean): void {
  writeFileSync('/proc/sys/kernel/modprobe', really ? '/bin/false' : '/sbin/modprobe');
  const script = really
    ? 'for round in 1 2 3 4; do for m in $(grep -oE "^(nft?_|nfnetlink)[a-z0-9_]*" /proc/modules); do rmmod $m 2>/dev/null; done; done; ! grep -q ^nf_tables /proc/modules'
    : 'modprobe nf_tables';
  expect(Bun.spawnSync(['sh', '-c', script]).exitCode).toBe(0);
}

// First of all, as others use them.
test.skipIf(process.env['GUEST_WORLD'] === undefined)(
  'without nf_tables there are no bridges, and the rest works (needs modules that can go)',
  async () => {
    withoutFirewall(true);
    try {
      expect(await limpid('run', '--rm', '--network=bridge', BUSYBOX, 'true')).toEqual({
        code: 125,
        out: '',
        err:
          'Error: cannot change the firewall: EPROTONOSUPPORT, this kernel has no nf_tables, which networks with a bridge need, ' +
          'for the firewall table of limpid (hint: load its module, `modprobe nf_tables`; ' +
          '--network none, host, and networks of macvlan and ipvlan do without)\n',
      });
      expect(host.does('ip -br link')).not.toContain('limpid0');
      expect(await says('run', '--rm', '--network=none', BUSYBOX, 'echo', 'none')).toBe('none');
      await says('network', 'create', '-d', 'macvlan', '-o', 'parent=eth0', '--subnet=10.64.0.0/24', 'mac');
      expect(await says('run', '--rm', '--network=mac', BUSYBOX, 'echo', 'macvlan')).toBe('macvlan');
      await says('network', 'rm', 'mac');
    } finally {
      withoutFirewall(false);
    }
  },
  PATIENCE,
);

describe('ipvlan', () => {
  test.skipIf(!hasIpvlan)(
    'l2: beside the host, at its MAC address (needs ipvlan)',
    async () => {
      await says('network', 'create', '-d', 'ipvlan', '-o', 'parent=eth0', '--subnet=192.168.7.0/24', 'flat');
      const place = await inside('flat', '--network=flat:ip=192.168.7.77');
      await Promise.all([serves(place, 'tcp', 80), serves(lan, 'tcp', 7000)]);
      expect(await asks(lan, '192.168.7.77', 80)).toBe('192.168.7.2 tcp');
      expect(await asks(place, '192.168.7.2', 7000)).toBe('192.168.7.77 tcp');
      const [, , mac = ''] = host.does('ip -br link show eth0').split(/ +/);
      expect((await place.runs('ip -d link show eth0')).out).toContain(`link/ether ${mac} `);
      expect(await says('inspect', '--format={{.NetworkSettings.Networks.flat.MacAddress}}', 'flat')).toBe(mac);
    },
    PATIENCE,
  );

  test.skipIf(!hasIpvlan)(
    'l3: routed by the parent, also between networks on it (needs ipvlan)',
    async () => {
      cable(lan, 'eth3 192.168.50.2/24', host, 'eth3 192.168.50.1/24');
      for (const part of [0, 1]) {
        const options = ['-o', 'parent=eth3', '-o', 'mode=l3', '--subnet', `10.50.${part}.0/24`];
        await says('network', 'create', '-d', 'ipvlan', ...options, `routed${part}`);
      }
      lan.does('ip route add 10.50.0.0/16 via 192.168.50.1');
      const place = await inside('routed0', '--network=routed0:ip=10.50.0.7');
      const other = await inside('routed1', '--network=routed1:ip=10.50.1.7');
      expect((await place.runs('ip -d link show eth0')).out).toContain('ipvlan  mode l3 ');
      await serves(place, 'tcp', 80);
      expect(await asks(lan, '10.50.0.7', 80)).toBe('192.168.50.2 tcp');
      expect(await asks(other, '10.50.0.7', 80)).toBe('10.50.1.7 tcp');
    },
    PATIENCE,
  );

  test.skipIf(!hasIpvlan || !hasVlan)(
    'l3s, on a VLAN of the parent (needs ipvlan)',
    async () => {
      for (const place of [lan, host]) place.does('ip link add link eth0 name eth0.51 type vlan id 51');
      lan.does('ip address add 192.168.51.2/24 dev eth0.51');
      host.does('ip address add 192.168.51.1/24 dev eth0.51');
      for (const place of [lan, host]) place.does('ip link set eth0.51 up');
      lan.does('ip route add 10.51.0.0/24 via 192.168.51.1');
      const options = ['-o', 'parent=eth0.51', '-o', 'mode=l3s', '--subnet=10.51.0.0/24'];
      await says('network', 'create', '-d', 'ipvlan', ...options, 'sided');
      const place = await inside('sided', '--network=sided:ip=10.51.0.7');
      expect((await place.runs('ip -d link show eth0')).out).toContain('ipvlan  mode l3s ');
      await serves(place, 'tcp', 80);
      expect(await asks(lan, '10.51.0.7', 80)).toBe('192.168.51.2 tcp');
    },
    PATIENCE,
  );

  test(
    'one mode a parent; no MAC address of its own',
    async () => {
      const create = (...options: string[]) =>
        limpid('network', 'create', '-d', 'ipvlan', '-o', 'parent=lo', ...options);
      expect((await create('--subnet=10.62.0.0/24', 'one')).code).toBe(0);
      expect(await create('-o', 'mode=l3', 'two')).toEqual({
        code: 125,
        out: '',
        err:
          'Error: cannot create network "two": all ipvlans on "lo" have one mode, which is l2 by network "one" ' +
          '(hint: pass --opt mode=l2, or use another parent)\n',
      });
      expect(await limpid('create', '--network=one:mac=02:00:00:00:00:07', BUSYBOX)).toEqual({
        code: 125,
        out: '',
        err:
          'Error: cannot connect to network "one": an ipvlan has the MAC address of its parent "lo" ' +
          '(hint: leave --mac-address away, or make the network with --driver macvlan)\n',
      });
    },
    PATIENCE,
  );
});

describe('a bridge in a VLAN', () => {
  test.skipIf(!hasVlan)(
    'tagged towards other machines, and no other VLAN gets in (needs VLANs)',
    async () => {
      const options = ['--subnet=10.30.0.0/24', '--interface-name=br30', '--disable-dns', '-o', 'vlan=30'];
      await says('network', 'create', ...options, 'tagged');
      const place = await inside('tagged', '--network=tagged:ip=10.30.0.7', '-p', '8030:80');
      await Promise.all([serves(place, 'tcp', 80), serves(host, 'tcp', 7001)]);
      cable(lan, 'trunk', host, 'trunk');
      host.does('ip link set trunk master br30');
      host.does('bridge vlan del dev trunk vid 30');
      for (const vid of [30, 31]) {
        host.does(`bridge vlan add dev trunk vid ${vid}`);
        lan.does(`ip link add link trunk name trunk.${vid} type vlan id ${vid}`);
        lan.does(`ip link set trunk.${vid} up`);
      }
      lan.does('ip address add 10.30.0.230/24 dev trunk.30');
      expect(await asks(lan, '10.30.0.7', 80)).toBe('10.30.0.230 tcp');
      lan.does('ip address del 10.30.0.230/24 dev trunk.30');
      lan.does('ip address add 10.30.0.231/24 dev trunk.31');
      expect(await lan.asks('10.30.0.7', 80, '-w', '1')).toBe(CLOSED);
      // The host is in the same VLAN, and what is published goes the usual way.
      expect(await asks(place, '10.30.0.1', 7001)).toBe('10.30.0.7 tcp');
      expect(await asks(lan, '192.168.7.1', 8030)).toBe('192.168.7.2 tcp');
    },
    PATIENCE,
  );
});

describe('a published SCTP port', () => {
  test.skipIf(!hasSctp)(
    'is reached from everywhere, and is nobody else’s (needs SCTP)',
    async () => {
      const place = await inside('speaker', '--network=bridge', '-p', '9000:90/sctp', '-p', '91/sctp');
      await Promise.all([serves(place, 'sctp', 90), serves(host, 'sctp', 9001)]);
      expect(await asksSctp(lan, '192.168.7.1', 9000)).toBe('192.168.7.2 sctp');
      expect(await asksSctp(host, '192.168.7.1', 9000)).toBe('192.168.7.1 sctp');
      expect(await asksSctp(host, '127.0.0.1', 9000)).toBe('10.88.0.1 sctp');
      expect(await says('port', 'speaker')).toMatch(/^90\/sctp -> 0\.0\.0\.0:9000\n91\/sctp -> 0\.0\.0\.0:\d+$/);
      const explained = (await limpid('port', '--explain', '9000/sctp')).out;
      expect(explained).toMatch(/ listener {4}"perl" \(process \d+\) listens at :: 90\/sctp\n/);
      for (const [port, holder] of [
        ['9000', 'container "speaker" has it'],
        ['9001', '"perl" \\(process \\d+\\) has it'],
      ]) {
        const { code, err } = await limpid('run', '--network=bridge', '-p', `${port}:90/sctp`, BUSYBOX, 'true');
        expect(code).toBe(125);
        expect(err).toMatch(new RegExp(`^Error: cannot publish 0\\.0\\.0\\.0:${port}/sctp: ${holder} \\(hint: `));
      }
      // Held as well: a program of the host's has it only when the container is gone.
      expect(await serves(host, 'sctp', 9000).catch(({ message }: Error) => message)).toContain(
        'bind: Address already',
      );
      await says('rm', '-f', '-t', '0', 'speaker');
      await serves(host, 'sctp', 9000);
      expect(await asksSctp(lan, '192.168.7.1', 9000)).toBe('192.168.7.2 sctp');
    },
    PATIENCE,
  );
});

describe('a kernel that lacks them', () => {
  const lacksAll = !hasIpvlan && !hasVlan && !hasSctp;

  beforeAll(async () => {
    if (!lacksAll) return;
    await says('network', 'create', '-d', 'ipvlan', '-o', 'parent=eth0', '--subnet=10.63.0.0/24', 'lacking');
    const options = ['--subnet=10.31.0.0/24', '--interface-name=br31', '--disable-dns', '-o', 'vlan=31'];
    await says('network', 'create', ...options, 'untagged');
  });

  test.skipIf(!lacksAll).each([
    [
      ['--network=lacking'],
      'cannot create interface "lim…" on "eth0"',
      'EOPNOTSUPP, this kernel has no interfaces of type "ipvlan"',
      'modprobe ipvlan',
    ],
    [
      ['--network=untagged'],
      'cannot create interface "br31"',
      'EOPNOTSUPP, the bridges of this kernel know no VLANs',
      'CONFIG_BRIDGE_VLAN_FILTERING',
    ],
    [
      ['--network=bridge', '-p', '9:9/sctp'],
      'cannot publish 0.0.0.0:9/sctp',
      'ESOCKTNOSUPPORT, this kernel has no SCTP',
      'modprobe sctp',
    ],
  ])(
    '%p: one line with what to load, and nothing is left (needs a kernel without ipvlan, VLANs and SCTP)',
    async (options, what, why, hint) => {
      const { code, out, err } = await limpid('run', '--rm', ...options, BUSYBOX, 'true');
      expect({ code, out }).toEqual({ code: 125, out: '' });
      expect(err.replace(/lim[0-9a-f]{8}0.{3}/, 'lim…')).toStartWith(`Error: ${what}: ${why}, for `);
      expect(err).toContain(hint);
      expect(err.trimEnd()).not.toContain('\n');
      expect(await says('ps', '-aq')).toBe('');
    },
  );
});
