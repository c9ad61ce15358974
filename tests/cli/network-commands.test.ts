/** `limpid network …`: what networks are, who is on them, and what bad input gets. */
import { describe, expect, test } from 'bun:test';
import { BUSYBOX } from './limpid.ts';
import { everythingOf } from './everything-of.ts';
import { labNetwork } from './lab-network.ts';
import { until } from './until.ts';

const lab = labNetwork();
const { host, limpid, says, inside } = lab;
const refused = async (...words: string[]) => {
  const { code, out, err } = await limpid('network', ...words);
  return { code, out, err: err.trimEnd() };
};
const failure = (message: string, code = 125) => ({ code, out: '', err: `Error: cannot ${message}` });

describe('create, ls, inspect, exists, rm', () => {
  test('podman’s fields', async () => {
    const options = ['--ip-range=10.5.0.128/25', '--gateway=10.5.0.254', '--label=a=b', '-o', 'mtu=1400,isolate=true'];
    expect(await says('network', 'create', '--subnet=10.5.0.0/24', ...options, '--dns=9.9.9.9', 'lab')).toBe('lab');
    const [document] = JSON.parse(await says('network', 'inspect', 'lab'));
    expect(document).toEqual({
      name: 'lab',
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      driver: 'bridge',
      network_interface: 'limpid1',
      created: expect.stringMatching(/^20\d\d-.*Z$/),
      subnets: [
        { subnet: '10.5.0.0/24', gateway: '10.5.0.254', lease_range: { start_ip: '10.5.0.128', end_ip: '10.5.0.255' } },
      ],
      ipv6_enabled: false,
      internal: false,
      dns_enabled: true,
      network_dns_servers: ['9.9.9.9'],
      labels: { a: 'b' },
      options: { mtu: '1400', isolate: 'true' },
      ipam_options: { driver: 'host-local' },
      containers: {},
      host_changes: { 'net.ipv4.ip_forward': expect.stringMatching(/^[01]$/) },
    });
    expect(
      await says(
        'network',
        'inspect',
        document.id.slice(0, 9),
        '--format={{.name}} {{range .subnets}}{{.gateway}}{{end}}',
      ),
    ).toBe('lab 10.5.0.254');
  });

  test('templates by the names that podman’s manual has, what is empty as well', async () => {
    const format =
      '{{.Name}} {{.Driver}} {{.NetworkInterface}} {{.IPv6Enabled}} {{.Internal}} {{.DNSEnabled}} {{.Labels.a}} {{.Options}} ' +
      '{{.IPAMOptions}} {{.Routes}} {{range .Subnets}}{{.Subnet}} {{.Gateway}} {{.LeaseRange.StartIP}}{{end}}';
    const shown = 'lab bridge limpid1 false false true b map[isolate:true mtu:1400] map[driver:host-local] []';
    expect(await says('network', 'inspect', `--format=${format}`, 'lab')).toBe(
      `${shown} 10.5.0.0/24 10.5.0.254 10.5.0.128`,
    );
    expect(
      await says('inspect', '--type=network', '--format={{.Name}} {{range .Subnets}}{{.Subnet}}{{end}}', 'lab'),
    ).toBe('lab 10.5.0.0/24');
    expect(await says('network', 'inspect', '--format=', 'lab')).toBe(await says('network', 'inspect', 'lab'));
    const whole = await says('network', 'inspect', '--format={{json .}}', 'lab');
    expect(JSON.parse(whole)).toEqual(JSON.parse(await says('network', 'inspect', 'lab'))[0]);
    const list = '--format={{.Name}}: {{range .Subnets}}{{.Subnet}} {{end}}{{.Options}}';
    expect(await says('network', 'ls', list, '--filter=name=lab')).toBe('lab: 10.5.0.0/24 map[isolate:true mtu:1400]');
  });

  test('a name, a free subnet and a free bridge are chosen', async () => {
    expect(await says('network', 'create', '--ipv6', '--internal')).toBe('limpid2');
    const [{ subnets, internal, ipv6_enabled: ipv6 }] = JSON.parse(await says('network', 'inspect', 'limpid2'));
    expect({ internal, ipv6, v4: subnets[0] }).toEqual({
      internal: true,
      ipv6: true,
      v4: { subnet: '10.89.0.0/24', gateway: '10.89.0.1' },
    });
    expect(subnets[1].subnet).toMatch(/^fd[0-9a-f]{2}:.*::\/64$/);
    expect(await says('network', 'create', '--ignore', 'lab')).toBe('lab');
  });

  test('ls, as a table, in words, as JSON, filtered', async () => {
    const rows = (await says('network', 'ls', '--noheading'))
      .split('\n')
      .map((line) => line.trim().split(/\s+/).slice(1));
    expect(rows).toEqual([
      ['lab', 'bridge'],
      ['limpid', 'bridge'],
      ['limpid2', 'bridge'],
    ]);
    expect(await says('network', 'ls', '-q', '--filter=label=a')).toBe('lab');
    expect(await says('network', 'ls', '-q', '--filter=name=^lim', '--filter=driver=bridge')).toBe('limpid\nlimpid2');
    expect(
      await says('network', 'ls', '--format={{.Name}} {{.NetworkInterface}} {{.Internal}}', '--filter=label!=a'),
    ).toBe('limpid limpid0 false\nlimpid2 limpid2 true');
    expect(JSON.parse(await says('network', 'ls', '--format=json')).map(({ name }: { name: string }) => name)).toEqual([
      'lab',
      'limpid',
      'limpid2',
    ]);
  });

  test('exists; rm by name and by the start of an id; prune spares those in use', async () => {
    expect((await limpid('network', 'exists', 'lab')).code).toBe(0);
    expect((await limpid('network', 'exists', 'nolab')).code).toBe(1);
    await inside('user', '--network=lab');
    const before = everythingOf(lab);
    expect(await refused('rm', 'lab')).toEqual(
      failure(
        'remove network "lab": it is used by container "user" (hint: `limpid network rm -f lab` removes them with it)',
        2,
      ),
    );
    expect(everythingOf(lab)).toEqual(before);
    // podman's: 1 only where nothing else fails.
    expect(await refused('rm', 'nolab', 'lab', 'nolab')).toMatchObject({ code: 2 });
    expect(await says('network', 'prune', '-f')).toBe('limpid2');
    expect(host.does('ip -br link show limpid1')).toContain('limpid1');
    expect(await says('network', 'rm', '-f', '-t', '0', 'lab')).toBe('lab');
    expect(await says('ps', '-aq')).toBe('');
    expect((await host.runs('ip link show limpid1')).code).toBe(1);
    expect(await refused('rm', 'lab')).toEqual(
      failure(
        'find network "lab": there is no such network (hint: `limpid network ls` lists all, `limpid network create` makes one)',
        1,
      ),
    );
  });
});

describe('what cannot be', () => {
  test.each([
    [
      ['--subnet=192.168.7.0/25'],
      'subnet 192.168.7.0/25 overlaps 192.168.7.1/24 of interface "eth0" (hint: --subnet chooses another)',
    ],
    [
      ['--subnet=10.6.0.0/24', '--subnet=10.6.0.0/25'],
      'subnet 10.6.0.0/25 overlaps 10.6.0.0/24 of the same network (hint: --subnet chooses another)',
    ],
    [['--subnet=10.6.0.0/24', '--gateway=10.7.0.1'], 'gateway 10.7.0.1 is not in subnet 10.6.0.0/24'],
    [['--subnet=10.6.0.0/24', '--gateway=10.6.0.0'], 'gateway 10.6.0.0 is not in subnet 10.6.0.0/24'],
    [
      ['--subnet=10.6.0.0/24', '--gateway=10.6.0.255'],
      'gateway 10.6.0.255 is the last of 10.6.0.0/24, which no interface has',
    ],
    [
      ['--subnet=10.6.0.0/24', '--subnet=10.7.0.0/24'],
      '10.7.0.0/24 is its second IPv4 subnet ' +
        '(hint: a container can be on several networks, and a network has one subnet of each family)',
    ],
    [['--subnet=239.1.0.0/16'], '239.1.0.0/16 has addresses that no interface can have'],
    [['--subnet=ff05::/64'], 'ff05::/64 has addresses that no interface can have'],
    [['--subnet=10.6.0.0/24', '--ip-range=10.7.0.0/25'], 'range 10.7.0.0/25 is not in subnet 10.6.0.0/24'],
    [['--subnet=10.6.0.0/24', '--ip-range=10.6.0.9-10.6.0.3'], 'range 10.6.0.9-10.6.0.3 is not in subnet 10.6.0.0/24'],
    [['--subnet=10.6.0.1/32'], '10.6.0.1/32 has no address for a container'],
    [['--subnet=10.6.0'], '"10.6.0" is no subnet such as 10.5.0.0/24'],
    [['-d', 'overlay'], '"overlay" is none of the drivers bridge, macvlan, ipvlan'],
    [
      ['-d', 'macvlan', '-o', 'parent=eth9'],
      'this machine has no interface "eth9" for its macvlan (hint: `ip link` lists them)',
    ],
    [
      ['-d', 'macvlan'],
      'this machine has no default route that macvlans could use the interface of (hint: name one: --opt parent=eth0)',
    ],
    [['--interface-name=eth0'], 'this machine has another interface "eth0" (hint: choose another --interface-name)'],
    ...['a/b', '..', 'all', 'a%d'].map((name): [string[], string] => [
      [`--interface-name=${name}`],
      `"${name}" is no name of an interface: at most 15 characters without "/", ":", "%" and spaces, and not "all" or "default"`,
    ]),
    [['--ipam-driver=none', '--subnet=10.6.0.0/24'], '--ipam-driver none excludes --subnet 10.6.0.0/24'],
    [['--ipam-driver=none', '--ipv6'], '--ipam-driver none excludes --ipv6'],
    [['--ipv6', '-o', 'mtu=1279'], 'IPv6 needs an MTU of at least 1280, and --opt mtu=1279 is given'],
    [
      ['--subnet=10.6.0.0/24', '--route=172.16.0.0/12,10.6.0.8,7', '--route=172.16.9.0/12,10.6.0.9,7'],
      'route 172.16.9.0/12 is there twice with metric 7 (hint: give one another metric)',
    ],
    [
      ['--subnet=10.6.0.0/24', '-o', 'metric=9', '--route=0.0.0.0/0,10.6.0.9'],
      'route 0.0.0.0/0 is there twice with metric 9 (hint: give it another metric, or pass --opt no_default_route=true)',
    ],
    [['--dns=x'], '"x" is no address of a resolver'],
    [
      ['--subnet=10.6.0.0/24', '--route=172.16.0.0/12,10.7.0.1'],
      'the gateway 10.7.0.1 of route 172.16.0.0/12 is not in its subnets',
    ],
  ])('create %p', async (options, why) => {
    const before = everythingOf(lab);
    expect(await refused('create', ...options, 'bad')).toEqual(failure(`create network "bad": ${why}`));
    expect(everythingOf(lab)).toEqual(before);
  });

  test.each([
    [['-o', 'mtu=67', 'bad'], 'use --opt mtu=67: 68 to 65535 is wanted'],
    [
      ['-o', 'color=red', 'bad'],
      'use --opt color=red: a bridge has mtu, vlan, metric, isolate, no_default_route, parent',
    ],
    [['-o', 'isolate=maybe', 'bad'], 'use --opt isolate=maybe: true, false, strict is wanted'],
    [['-d', 'macvlan', '-o', 'mode=odd', 'bad'], 'use --opt mode=odd: a macvlan has bridge, private, vepa, passthru'],
    [['-d', 'ipvlan', '-o', 'mode=odd', 'bad'], 'use --opt mode=odd: an ipvlan has l2, l3, l3s'],
    [['--gateway=10.6.0.1', 'bad'], 'use --gateway 10.6.0.1: it needs a --subnet'],
    [['--route=1', 'bad'], 'use "1" for --route: CIDR,GATEWAY[,METRIC] is wanted'],
    [['a/b'], 'create network "a/b": letters, digits, "_", "." and "-" are wanted in a name, a letter or digit first'],
    [['host'], 'create network "host": --network host means something else (hint: choose another name)'],
  ])('create %p', async (words, message) => {
    const before = everythingOf(lab);
    expect(await refused('create', ...words)).toEqual(failure(message));
    expect(everythingOf(lab)).toEqual(before);
  });

  test('a name that is taken; a subnet of another network', async () => {
    await says('network', 'create', '--subnet=10.6.0.0/24', 'six');
    expect(await refused('create', 'six')).toEqual(
      failure(
        'create network "six": there is one with this name (hint: choose another, or pass --ignore to be content with it)',
      ),
    );
    expect(await refused('create', '--subnet=10.6.0.0/15', 'ten')).toEqual(
      failure(
        'create network "ten": subnet 10.6.0.0/15 overlaps 10.6.0.0/24 of network "six" (hint: --subnet chooses another)',
      ),
    );
  });

  test('an exhausted range, and its addresses again when they are given back', async () => {
    await says('network', 'create', '--subnet=10.9.0.0/29', '--disable-dns', 'tiny');
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await says('run', '-d', '--name', name, '--network=tiny', BUSYBOX, 'sleep', 'infinity');
    expect(await limpid('run', '--rm', '--network=tiny', BUSYBOX, 'true')).toEqual({
      code: 125,
      out: '',
      err:
        'Error: cannot connect to network "tiny": all its addresses, 10.9.0.1 to 10.9.0.6, are taken ' +
        '(hint: remove containers (`limpid ps --filter network=tiny` lists them), or create a larger network)\n',
    });
    await says('rm', '-f', '-t', '0', 'c');
    const address = await says('run', '--rm', '--network=tiny', BUSYBOX, 'sh', '-c', 'ip -4 -o addr show eth0');
    expect(address.split(/\s+/)[3]).toBe('10.9.0.4/29');
    await says('network', 'rm', '-f', '-t', '0', 'tiny');
  });
});

describe('connect, disconnect, update', () => {
  test('a running container gets an interface, and loses it', async () => {
    await says('network', 'create', '--subnet=10.20.0.0/24', '--disable-dns', 'one');
    await says('network', 'create', '--subnet=10.21.0.0/24', '--subnet=fd21::/64', '--disable-dns', 'two');
    const place = await inside('mover', '--network=one');
    await says(
      'network',
      'connect',
      '--ip=10.21.0.77',
      '--alias=other',
      '--mac-address=02:00:00:00:00:77',
      'two',
      'mover',
    );
    const { out } = await place.runs('ip -br addr show eth1');
    expect(out.trim().split(/\s+/).slice(2, 4)).toEqual(['10.21.0.77/24', 'fd21::2/64']);
    expect(await says('exec', 'mover', 'cat', '/sys/class/net/eth1/address')).toBe('02:00:00:00:00:77');
    expect((await place.runs('ip -o route show default')).out.trim().split('\n')).toHaveLength(2);
    expect(await says('exec', 'mover', 'grep', 'other', '/etc/hosts')).toContain('10.21.0.77\t');
    await place.answers('tcp', 7300, '10.21.0.77');
    expect(await host.asks('10.21.0.77', 7300)).toBe('10.21.0.1 tcp');
    expect(await refused('connect', 'two', 'mover')).toEqual(
      failure('connect container "mover": it is on network "two" already'),
    );
    await says('network', 'disconnect', 'one', 'mover');
    expect((await place.runs('ip -br link')).out.match(/eth\d/g)).toEqual(['eth1']);
    const before = everythingOf(lab);
    expect(await refused('connect', '--ip=10.20.0.1', 'one', 'mover')).toEqual(
      failure('connect to network "one": address 10.20.0.1 is its gateway\'s'),
    );
    expect(await refused('connect', '--interface-name=eth1', 'one', 'mover')).toEqual(
      failure(
        'connect container "mover": it has an interface "eth1" already ' +
          '(hint: choose another --interface-name, or leave the choice to limpid)',
      ),
    );
    expect(everythingOf(lab)).toEqual(before);
    expect(await refused('disconnect', 'one', 'mover')).toEqual(
      failure('disconnect container "mover": it is not on network "one"'),
    );
    expect(await says('network', 'rm', 'one')).toBe('one');
    await says('restart', '-t', '0', 'mover');
    expect(await says('exec', 'mover', 'ip', '-4', '-o', 'addr', 'show', 'eth0')).toContain('10.21.0.77/24');
    await says('rm', '-f', '-t', '0', 'mover');
    // Its server has kept the namespace.
    await place.leave();
  });

  test('those in its network hear of it too, and keep the names that are theirs', async () => {
    await says('network', 'create', '--subnet=10.23.0.0/24', '--disable-dns', 'four');
    await says('network', 'create', '--subnet=10.24.0.0/24', '--disable-dns', '--dns=9.9.9.9', 'five');
    await says('run', '-d', '--name=owner', '--network=four', BUSYBOX, 'sleep', 'infinity');
    const words = ['--network=container:owner', '--hostname=guest', '--add-host=db:10.0.0.9'];
    await says('run', '-d', '--name=guest', ...words, BUSYBOX, 'sleep', 'infinity');
    const file = (name: string, path: string) => says('exec', name, 'cat', path);
    for (const change of ['connect', 'disconnect']) {
      await says('network', change, 'five', 'owner');
      const hosts = await file('owner', '/etc/hosts');
      expect(hosts.includes('10.24.0.2\t')).toBe(change === 'connect');
      expect(await file('guest', '/etc/hosts')).toBe(`10.0.0.9\tdb\n${hosts}\n127.0.1.1\tguest`);
      const resolvers = await file('owner', '/etc/resolv.conf');
      expect(resolvers.includes('9.9.9.9')).toBe(change === 'connect');
      expect(await file('guest', '/etc/resolv.conf')).toBe(resolvers);
    }
    await says('rm', '-f', '-t', '0', 'guest', 'owner');
    await says('network', 'rm', 'four', 'five');
  });

  test('one that fails on the way leaves nothing, and the next one goes well', async () => {
    await says('network', 'create', '--subnet=10.24.0.0/24', '--disable-dns', 'base');
    await says('network', 'create', '--subnet=10.25.0.0/24', '--disable-dns', 'further');
    const place = await inside('mover', '--network=base');
    // Somebody inside has made the route that it would get, and an interface.
    place.does('ip route add default via 10.24.0.9 metric 101');
    place.does('ip link add eth1 type bridge');
    const before = (await place.runs('ip -o link')).out;
    const links = host.does('ip -br link').match(/^lim[0-9a-f]{8}\S*/gm);
    expect(await refused('connect', 'further', 'mover')).toEqual(
      failure('add route "default" on "eth2": EEXIST, file exists, for limpid network connect further'),
    );
    expect((await place.runs('ip -o link')).out).toBe(before);
    expect(host.does('ip -br link').match(/^lim[0-9a-f]{8}\S*/gm)).toEqual(links);
    expect(await says('inspect', '--format={{len .NetworkSettings.Networks}}', 'mover')).toBe('1');
    place.does('ip route del default via 10.24.0.9 metric 101');
    await says('network', 'connect', 'further', 'mover');
    expect((await place.runs('ip -br -4 addr show eth2')).out.split(/\s+/)[2]).toMatch(/^10\.25\.0\.\d+\/24$/);
    await place.leave();
    await says('rm', '-f', '-t', '0', 'mover');
    for (const name of ['base', 'further']) await says('network', 'rm', name);
  });

  test('off the first, on a third: its default routes differ', async () => {
    const names = ['first', 'second', 'third'];
    for (const [number, name] of names.entries())
      await says('network', 'create', `--subnet=10.26.${number}.0/24`, '--disable-dns', name);
    const place = await inside('mover', '--network=first', '--network=second');
    await says('network', 'disconnect', 'first', 'mover');
    await says('network', 'connect', 'third', 'mover');
    const routes = (await place.runs('ip route show default')).out.replaceAll(/ +/g, ' ').trimEnd().split('\n');
    expect(routes.map((line) => line.trim())).toEqual([
      'default via 10.26.1.1 dev eth1 proto static metric 101',
      'default via 10.26.2.1 dev eth0 proto static metric 102',
    ]);
    await place.leave();
    await says('network', 'rm', '-f', '-t', '0', ...names);
  });

  test('a container that does not run, and those that cannot be', async () => {
    await says('create', '--name=later', '--network=two', BUSYBOX, 'ip', '-4', '-o', 'addr');
    await says('network', 'create', '--subnet=10.22.0.0/24', '--disable-dns', 'three');
    await says('network', 'connect', 'three', 'later');
    await says('network', 'disconnect', 'two', 'later');
    expect(await says('start', '-a', 'later')).toContain('eth0    inet 10.22.0.2/24');
    await says('rm', 'later');
    await says('run', '-d', '--name=alone', '--network=none', BUSYBOX, 'sleep', 'infinity');
    expect(await refused('connect', 'two', 'alone')).toEqual(
      failure(
        'connect container "alone": it was created with --network none (hint: only containers on networks can be connected to others)',
      ),
    );
    expect(await refused('connect', 'nowhere', 'alone')).toMatchObject({ code: 125 });
    expect(await refused('connect', '--ip=10.99.0.1', 'two', 'nobody')).toMatchObject({
      err: 'Error: cannot find container "nobody": there is no such container (hint: `limpid ps -a` lists all)',
    });
    await says('rm', '-f', '-t', '0', 'alone');
  });

  test('update changes the resolvers', async () => {
    await says('network', 'update', '--dns-add=9.9.9.9,fd00::53', 'two');
    await says('network', 'update', '--dns-drop=9.9.9.9', 'two');
    expect(JSON.parse(await says('network', 'inspect', 'two'))[0].network_dns_servers).toEqual(['fd00::53']);
    expect(await refused('update', '--dns-drop=9.9.9.9', 'two')).toEqual(
      failure('update network "two": "9.9.9.9" is none of its resolvers'),
    );
  });
});

describe('what somebody took away', () => {
  test('a deleted bridge: the next start makes it again, with those on it', async () => {
    await says('network', 'create', '--subnet=10.23.0.0/24', '--disable-dns', '--interface-name=br23', 'gone');
    const place = await inside('left', '--network=gone');
    host.does('ip link delete br23');
    expect((await place.runs('nc -zv -w 1 10.23.0.1 9')).err).not.toContain('refused');
    await says('run', '--rm', '--network=gone', BUSYBOX, 'true');
    expect((await place.runs('nc -zv -w 1 10.23.0.1 9')).err).toContain('refused');
    host.does('ip link delete br23');
    host.does('nft flush ruleset');
    host.sysctl('ipv4/ip_forward', '0');
    expect(await says('network', 'reload', 'left')).toBe(await says('ps', '-q', '--no-trunc'));
    expect(await says('network', 'reload', '--all')).toBe(await says('ps', '-q', '--no-trunc'));
    expect((await place.runs('nc -zv -w 1 10.23.0.1 9')).err).toContain('refused');
    expect(host.does('nft list ruleset')).toContain('"br23"');
    expect(JSON.parse(await says('network', 'inspect', 'gone'))[0].host_changes).toEqual({
      'net.ipv4.ip_forward': '1',
    });
    await says('rm', '-f', '-t', '0', 'left');
  });

  test('the last network takes the bridge and the firewall table along', async () => {
    await says('network', 'prune', '-f');
    await says('network', 'rm', 'limpid').catch(() => {});
    // A veth goes with its namespace, which takes a moment.
    await until('no interface of ours is left', () => {
      const left = host
        .does('ip -br link')
        .split('\n')
        .filter((line) => /^(limpid|br|lim)/.test(line));
      return left.length === 0 ? true : { butSaw: left.join('\n') };
    });
    // Its guard waits a second for somebody who starts one container after the other.
    await until('no table of ours is left', () => host.does('nft list ruleset') === '');
  });
});
