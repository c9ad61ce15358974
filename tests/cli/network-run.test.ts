/** Containers on networks, as their own tools and the host's see them. */
import { describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { everythingOf } from './everything-of.ts';
import { BUSYBOX, finish } from './limpid.ts';
import { labNetwork } from './lab-network.ts';
import { until } from './until.ts';

const lab = labNetwork();
const { host, lan, directory: world, program, limpid, says, inside } = lab;
const BRIDGE = '--network=bridge';
const inContainer = (script: string, ...options: string[]) =>
  says('run', '--rm', ...options, BUSYBOX, 'sh', '-c', script);
const links = () =>
  host
    .does('ip -br link')
    .split('\n')
    .map((line) => line.split(/[@ ]/)[0])
    .filter(Boolean);

describe('the default network', () => {
  test('is where a container is that says nothing', async () => {
    const directory = mkdtempSync('/tmp/limpid-default-');
    try {
      const words = ['--root', `${directory}/root`, '--runroot', `${directory}/run`, 'run', '--rm', BUSYBOX];
      const script = 'ip -4 -o addr show eth0; ip route; cat /sys/class/net/eth0/address';
      const { code, out, err } = await finish(['unshare', '--net', program, ...words, 'sh', '-c', script]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out.replaceAll(/ +/g, ' ')).toBe(
        '2: eth0 inet 10.88.0.2/16 brd 10.88.255.255 scope global eth0\\ valid_lft forever preferred_lft forever\n' +
          'default via 10.88.0.1 dev eth0 metric 100 \n10.88.0.0/16 dev eth0 scope link src 10.88.0.2 \n' +
          '02:4c:0a:58:00:02\n',
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('leads to other machines, which see the host; the bridge has the gateway’s address', async () => {
    await lan.answers('tcp', 7000);
    const web = await inside('web', BRIDGE);
    expect(await web.asks('192.168.7.2', 7000)).toBe('192.168.7.1 tcp');
    expect(host.does('ip -4 -o addr show limpid0').split(/\s+/)[3]).toBe('10.88.0.1/16');
    await host.answers('tcp', 7001, '10.88.0.1');
    expect(await web.asks('10.88.0.1', 7001)).toMatch(/^10\.88\.0\.\d+ tcp$/);
    await says('rm', '-f', '-t', '0', 'web');
  });

  test('another block is taken where 10.88 is in use', async () => {
    const directory = mkdtempSync('/tmp/limpid-default-');
    const limpidIn = `${program} --root ${directory}/root --runroot ${directory}/run`;
    const script =
      'ip link add used type dummy 2>/dev/null || ip link add used type bridge; ip address add 10.88.9.1/24 dev used; ip link set used up; ' +
      'ip route add 10.89.0.0/17 via 10.88.9.7; ' +
      `${limpidIn} run --rm ${BUSYBOX} ip -4 -o addr show eth0`;
    try {
      const { code, out } = await finish(['unshare', '--net', 'sh', '-c', script]);
      expect({ code, address: out.split(/\s+/)[3] }).toEqual({ code: 0, address: '10.90.0.2/16' });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('where every block is in use, that is said', async () => {
    const directory = mkdtempSync('/tmp/limpid-default-');
    const limpidIn = `${program} --root ${directory}/root --runroot ${directory}/run`;
    const script = `ip link add used type bridge; ip address add 10.0.0.1/8 dev used; ip link set used up; ${limpidIn} run --rm ${BUSYBOX} true; ${limpidIn} network create; ls -R ${directory}; ip -br link`;
    try {
      const { out, err } = await finish(['unshare', '--net', 'sh', '-c', script]);
      expect(err.split('\n')).toEqual([
        'Error: cannot create network "limpid": every /16 from 10.88.0.0 to 10.255.0.0 is in use by another interface or route ' +
          '(hint: create one with a free --subnet: limpid network create --subnet … NAME)',
        'Error: cannot create network "limpid1": every /24 from 10.89.0.0 to 10.255.255.0 is in use (hint: give one: --subnet)',
        '',
      ]);
      expect(out).not.toMatch(/limpid0|\.json/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('the host’s resolvers are the container’s, without those on its loopback; whom systemd-resolved asks where there are no others', async () => {
    const directory = mkdtempSync('/tmp/limpid-default-');
    const limpidIn = `${program} --root ${directory}/root --runroot ${directory}/run run --rm ${BUSYBOX} cat /etc/resolv.conf`;
    const host = 'nameserver 127.0.0.53\\nnameserver 192.0.2.53\\nsearch a.example\\noptions ndots:2\\n';
    const script =
      `printf '${host}' > ${directory}/one; printf 'nameserver 127.0.0.53\\n' > ${directory}/two; mount -t tmpfs none /run; ` +
      `mkdir -p /run/systemd/resolve; echo nameserver 198.51.100.7 > /run/systemd/resolve/resolv.conf; ` +
      `for file in one two; do mount --bind ${directory}/$file /etc/resolv.conf; ${limpidIn}; done`;
    try {
      const { out } = await finish(['unshare', '--net', '--mount', '--propagation=private', 'sh', '-c', script]);
      expect(out).toBe('nameserver 192.0.2.53\nsearch a.example\noptions ndots:2\nnameserver 198.51.100.7\n');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('where forwarding is locked, that is said, and --network none works', async () => {
    const directory = mkdtempSync('/tmp/limpid-default-');
    const limpidIn = `${program} --root ${directory}/root --runroot ${directory}/run run --rm`;
    const script =
      'echo 0 > /proc/sys/net/ipv4/ip_forward; mount --bind /proc/sys /proc/sys; mount -o remount,ro,bind /proc/sys; ' +
      `${limpidIn} --network=none ${BUSYBOX} echo none; ${limpidIn} ${BUSYBOX} true; echo $?; ls ${directory}/run/containers; ip -br link`;
    try {
      const { out, err } = await finish(['unshare', '--net', '--mount', '--propagation=private', 'sh', '-c', script]);
      expect(err).toBe(
        'Error: cannot write "1" to "/proc/sys/net/ipv4/ip_forward": EROFS, this machine does not let packets be forwarded, ' +
          'for network limpid, which reaches the outside through this machine ' +
          '(hint: set it from outside, `sysctl -w net.ipv4.ip_forward=1`; --network none and host do without)\n',
      );
      expect(out).toMatch(/^none\n125\nlo +DOWN.*\n$/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('eight first starts at once, and four each behind them: no failure, no address twice', async () => {
    const directory = mkdtempSync('/tmp/limpid-default-');
    const limpidIn = `${program} --root ${directory}/root --runroot ${directory}/run`;
    const one = `${limpidIn} run --rm ${BUSYBOX} sh -c 'ip -4 -o addr show eth0' || echo failed`;
    const script = `for loop in 1 2 3 4 5 6 7 8; do (for round in 1 2 3 4 5; do ${one}; done) & done; wait; ls ${directory}/run/leases/limpid`;
    try {
      const { out, err } = await finish(['unshare', '--net', 'sh', '-c', script]);
      const addresses = out.match(/10\.88\.0\.\d+(?=\/16)/g) ?? [];
      expect({ err, count: addresses.length, distinct: new Set(addresses).size }).toEqual({
        err: '',
        count: 40,
        distinct: 40,
      });
      // Nobody has one any more.
      expect(out.trimEnd().split('\n').at(-1)).toBe('last4');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('its bridge is refused where something else has the name', async () => {
    await says('network', 'create', '--interface-name', 'mine', 'taken');
    host.does('ip link add mine type bridge');
    const { code, err } = await limpid('run', '--rm', '--network=taken', BUSYBOX, 'true');
    expect({ code, err }).toEqual({
      code: 125,
      err: 'Error: cannot bring up network "taken": its bridge "mine" is the name of another interface (hint: remove or rename that one (`ip -d link show mine`), or make the network anew with another --interface-name)\n',
    });
    host.does('ip link delete mine');
    await says('network', 'rm', 'taken');
  });
});

describe('options', () => {
  test('several networks, with addresses, names of interfaces and MACs', async () => {
    await says('network', 'create', '--subnet', '10.5.0.0/24', '--subnet', 'fd05::/64', 'front');
    await says('network', 'create', '--subnet', '10.6.0.0/24', '-o', 'mtu=1400', 'back');
    const out = await inContainer(
      'ip -o addr show scope global; ip route; ip -6 route show default; cat /sys/class/net/eth1/mtu /sys/class/net/web0/address; cat /etc/hosts',
      '--name=two',
      '--hostname=box',
      '--network=front:ip=10.5.0.7,ip6=fd05::7,interface_name=web0,mac=02:00:00:00:00:07,alias=w',
      '--network=back',
      '--add-host=db:10.0.0.9',
      '--add-host=up:host-gateway',
    );
    expect(out.replaceAll(/ +/g, ' ')).toBe(
      [
        '2: web0 inet 10.5.0.7/24 brd 10.5.0.255 scope global web0\\ valid_lft forever preferred_lft forever',
        '2: web0 inet6 fd05::7/64 scope global flags 02 \\ valid_lft forever preferred_lft forever',
        '3: eth1 inet 10.6.0.2/24 brd 10.6.0.255 scope global eth1\\ valid_lft forever preferred_lft forever',
        'default via 10.5.0.1 dev web0 metric 100 ',
        'default via 10.6.0.1 dev eth1 metric 101 ',
        '10.5.0.0/24 dev web0 scope link src 10.5.0.7 ',
        '10.6.0.0/24 dev eth1 scope link src 10.6.0.2 ',
        'default via fd05::1 dev web0 metric 100 ',
        '1400',
        '02:00:00:00:00:07',
        '10.0.0.9\tdb',
        '10.5.0.1\tup',
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        '10.5.0.7\tbox two w',
        'fd05::7\tbox two w',
        '10.6.0.2\tbox two w',
        '10.5.0.1\thost.containers.internal host.docker.internal',
      ].join('\n'),
    );
  });

  test('an interface without a name of its own gets none that another has', async () => {
    const networks = ['--network=front:interface_name=eth1', '--network=back'];
    expect(await inContainer('ls /sys/class/net', ...networks)).toBe('eth1\neth2\nlo');
  });

  test('--ip6, and aliases for all networks', async () => {
    const options = ['--network=front', '--ip6=fd05::99', '--network-alias=one,two', '--hostname=named', '--name=many'];
    const out = await inContainer('ip -6 -o addr show eth0 scope global; grep named /etc/hosts', ...options);
    const [address, ...hosts] = out.replaceAll(/ +/g, ' ').split('\n');
    expect(address).toStartWith('2: eth0 inet6 fd05::99/64 scope global');
    expect(hosts).toEqual([
      expect.stringMatching(/^10\.5\.0\.\d+\tnamed many one two$/),
      'fd05::99\tnamed many one two',
    ]);
  });

  test('the host’s network, another container’s, and one by its path, with the names that belong there', async () => {
    const place = await inside('first', '--network=front', '--dns=9.9.9.9', '--add-host=db:10.0.0.9');
    const script = 'cat /etc/hosts; echo; cat /etc/resolv.conf; readlink /proc/self/ns/net';
    const [hosts = '', resolvers = ''] = (await says('exec', 'first', 'sh', '-c', script)).split('\n\n');
    const words = ['--network=container:first', '--hostname=second', '--add-host=up:host-gateway'];
    expect(await inContainer(script, ...words)).toBe(`10.5.0.1\tup\n${hosts}\n127.0.1.1\tsecond\n\n${resolvers}`);
    const path = `/run/netns/${host.name}`;
    const readsHost = ['readlink /proc/self/ns/net', 'cat /etc/resolv.conf'];
    const [namespace = '', resolvConf = ''] = await Promise.all(
      readsHost.map(async (line) => (await host.runs(line)).out),
    );
    expect(await inContainer(readsHost.join('; '), '--network=host')).toBe(namespace + resolvConf.trimEnd());
    expect(await inContainer(readsHost.join('; '), `--network=ns:${path}`)).toBe(namespace + resolvConf.trimEnd());
    expect(await inContainer('ls /sys/class/net', '--network=none')).toBe('lo');
    await place.leave();
    await says('rm', '-f', '-t', '0', 'first');
  });

  test('--ip, --mac-address, --sysctl of an interface', async () => {
    const script =
      'ip -4 -o addr show eth0; cat /sys/class/net/eth0/address /proc/sys/net/ipv4/conf/eth0/forwarding /proc/sys/net/ipv6/conf/eth0/accept_ra';
    const out = await inContainer(
      script,
      BRIDGE,
      '--ip=10.88.7.7',
      '--mac-address=02:00:00:00:00:01',
      '--sysctl=net.ipv4.conf.eth0.forwarding=1',
    );
    expect(out.split(/\s+/)[3]).toBe('10.88.7.7/16');
    expect(out.split('\n').slice(1)).toEqual(['02:00:00:00:00:01', '1', '0']);
  });

  test('--dns, --dns-search, --dns-option; --no-hosts', async () => {
    const resolving = ['--dns=9.9.9.9', '--dns-search=a.example', '--dns-option=ndots:2'];
    expect(await inContainer('cat /etc/resolv.conf', BRIDGE, ...resolving)).toBe(
      'nameserver 9.9.9.9\nsearch a.example\noptions ndots:2',
    );
    expect(await inContainer('cat /etc/resolv.conf', '--network=none', '--dns=9.9.9.9')).toBe('nameserver 9.9.9.9');
    // The image's own.
    expect(await inContainer('cat /etc/resolv.conf', BRIDGE, '--dns=none')).toBe('');
    expect(await inContainer('cat /etc/hosts', BRIDGE, '--no-hosts')).toBe('127.0.0.1\tlocalhost\n::1\tlocalhost');
  });

  test('an MTU that is too small for IPv6', async () => {
    await says('network', 'create', '--subnet=10.27.0.0/24', '--disable-dns', '-o', 'mtu=1000', 'narrow');
    const out = await inContainer('cat /sys/class/net/eth0/mtu; ip -o addr show eth0', '--network=narrow');
    expect(out.split(/\s+/).slice(0, 5)).toEqual(['1000', '2:', 'eth0', 'inet', '10.27.0.2/24']);
    await says('network', 'rm', 'narrow');
    host.does('ip link add narrow0 type veth peer name narrow1');
    host.does('ip link set narrow0 mtu 1000 up');
    await says('network', 'create', '-d', 'macvlan', '-o', 'parent=narrow0', '--subnet=10.28.0.0/24', 'narrow');
    expect(await inContainer('cat /sys/class/net/eth0/mtu', '--network=narrow')).toBe('1000');
    await says('network', 'rm', 'narrow');
    host.does('ip link del narrow0');
  });

  test('a user namespace of its own', async () => {
    const maps = ['--uidmap=0:100000:65536', '--gidmap=0:100000:65536'];
    const out = await inContainer('ip -4 -o addr show eth0; ip route show default', BRIDGE, ...maps);
    expect(out.split('\n')[0]!.split(/\s+/)[3]).toMatch(/^10\.88\.\d+\.\d+\/16$/);
    expect(out.split('\n')[1]!.replaceAll(/ +/g, ' ')).toBe('default via 10.88.0.1 dev eth0 metric 100 ');
  });

  test('an internal network has no way out', async () => {
    await says('network', 'create', '--internal', '--subnet=10.7.0.0/24', 'closed');
    expect((await inContainer('ip route', '--network=closed')).replaceAll(/ +/g, ' ')).toBe(
      '10.7.0.0/24 dev eth0 scope link src 10.7.0.2 ',
    );
    expect(JSON.parse(await says('network', 'inspect', 'closed'))[0].host_changes).toEqual({});
  });

  test('routes, no default route, a metric', async () => {
    const options = [
      '-o',
      'no_default_route=true',
      '-o',
      'metric=55',
      '--route=172.20.0.0/16,10.8.0.9',
      '--route=172.21.0.0/16,10.8.0.9,7',
    ];
    await says('network', 'create', '--subnet=10.8.0.0/24', ...options, 'routed');
    expect((await inContainer('ip route', '--network=routed')).replaceAll(/ +/g, ' ').split(' \n')).toEqual([
      '10.8.0.0/24 dev eth0 scope link src 10.8.0.2',
      '172.20.0.0/16 via 10.8.0.9 dev eth0 metric 55',
      '172.21.0.0/16 via 10.8.0.9 dev eth0 metric 7 ',
    ]);
  });

  test('macvlan: an interface on one of the host’s', async () => {
    await says('network', 'create', '-d', 'macvlan', '-o', 'parent=eth0', '--subnet=192.168.7.0/24', 'mac').catch(
      () => {},
    );
    const { err } = await limpid(
      'network',
      'create',
      '-d',
      'macvlan',
      '-o',
      'parent=eth0',
      '--subnet=192.168.7.0/24',
      'mac2',
    );
    expect(err).toContain('overlaps');
    await says('network', 'create', '-d', 'macvlan', '-o', 'parent=eth0', '--subnet=192.168.8.0/24', 'outer');
    lan.does('ip address add 192.168.8.200/24 dev eth0');
    await lan.answers('tcp', 7100, '192.168.8.200');
    const place = await inside('neighbour', '--network=outer:ip=192.168.8.77');
    expect(await place.asks('192.168.8.200', 7100)).toBe('192.168.8.77 tcp');
    expect((await place.runs('ip -d link show eth0')).out).toContain(' macvlan mode bridge ');
    await says('rm', '-f', '-t', '0', 'neighbour');
    for (const mode of ['private', 'vepa']) {
      await says(
        'network',
        'create',
        '-d',
        'macvlan',
        '-o',
        'parent=eth0',
        '-o',
        `mode=${mode}`,
        '--ipam-driver=none',
        `${mode}s`,
      );
      const other = await inside(mode, `--network=${mode}s`);
      expect((await other.runs('ip -d link show eth0')).out).toContain(` macvlan mode ${mode} `);
      expect((await other.runs('ip -4 -o addr show eth0')).out).toBe('');
      await says('network', 'rm', '-f', '-t', '0', `${mode}s`);
    }
  });

  test.each([
    [
      ['--network=nowhere'],
      'find network "nowhere": there is no such network (hint: `limpid network ls` lists all, `limpid network create` makes one)',
    ],
    [[BRIDGE, '--ip=10.99.0.1'], 'connect to network "limpid": address 10.99.0.1 is not in its subnet 10.88.0.0/16'],
    [[BRIDGE, '--ip=10.88.0.1'], 'connect to network "limpid": address 10.88.0.1 is its gateway\'s'],
    [
      [BRIDGE, '--ip=10.88.255.255'],
      'connect to network "limpid": address 10.88.255.255 is the first or last of 10.88.0.0/16, which no interface has',
    ],
    [
      [BRIDGE, '--ip6=fd00::2'],
      'connect to network "limpid": address fd00::2 is asked for, and the network has no IPv6 addresses',
    ],
    ...['02:00:00:00:00', '01:00:5e:00:00:01', '00:00:00:00:00:00', '02:00:00:00:00:0g'].map(
      (mac): [string[], string] => [
        [BRIDGE, `--mac-address=${mac}`],
        `use --mac-address ${mac}: six bytes of which the first is even are wanted, such as 02:00:00:00:00:01`,
      ],
    ),
    [
      ['--network=bridge:mac=12'],
      'use mac=12 for --network: six bytes of which the first is even are wanted, such as 02:00:00:00:00:01',
    ],
    [[BRIDGE, '-p', '8000-8002:80-81'], 'use "8000-8002:80-81" for --publish: the ranges have 3 ports and 2 ports'],
    [[BRIDGE, '-p', '8000-8002:80'], 'use "8000-8002:80" for --publish: the ranges have 3 ports and 1 port'],
    [
      [BRIDGE, '-p', '8002-8000:80-82'],
      'use "8002-8000:80-82" for --publish: the range "8002-8000" ends before it begins',
    ],
    [
      [BRIDGE, '-p', '70000:80'],
      'use "70000:80" for --publish: "70000" is no port (hint: they are numbers from 1 to 65535)',
    ],
  ])('%p fails, and nothing is left', async (options, message) => {
    const before = everythingOf(lab);
    expect(await limpid('run', ...options, BUSYBOX, 'true')).toEqual({
      code: 125,
      out: '',
      err: `Error: cannot ${message}\n`,
    });
    expect(await limpid('create', ...options, BUSYBOX, 'true')).toEqual({
      code: 125,
      out: '',
      err: `Error: cannot ${message}\n`,
    });
    expect(everythingOf(lab)).toEqual(before);
  });

  test('an address that another container has', async () => {
    await inside('first', BRIDGE, '--ip=10.88.3.3');
    const { code, err } = await limpid('run', '--rm', BRIDGE, '--ip=10.88.3.3', BUSYBOX, 'true');
    const id = (await says('ps', '-q', '--no-trunc')).slice(0, 12);
    expect({ code, err }).toEqual({
      code: 125,
      err: `Error: cannot connect to network "limpid": address 10.88.3.3 is taken by container ${id} (hint: choose another --ip, or leave the choice to limpid)\n`,
    });
    await says('rm', '-f', '-t', '0', 'first');
    expect(await inContainer('ip -4 -o addr show eth0', BRIDGE, '--ip=10.88.3.3')).toContain('10.88.3.3/16');
  });
});

describe('over its life', () => {
  test('a container keeps its address, and is reached at once after a restart', async () => {
    const place = await inside('kept', BRIDGE);
    const address = await says('inspect', '--format={{.NetworkSettings.IPAddress}}', 'kept');
    await host.answers('tcp', 7200, '10.88.0.1');
    expect(await place.asks('10.88.0.1', 7200)).toBe(`${address} tcp`);
    await inContainer('true', BRIDGE);
    await says('restart', '-t', '0', 'kept');
    expect(await says('inspect', '--format={{.NetworkSettings.IPAddress}}', 'kept')).toBe(address);
    // Refused by the container itself: a packet that went to the veth of its last run would have no answer.
    const { err } = await host.runs(`nc -zv -w 1 ${address} 9`);
    expect(err).toContain('Connection refused');
    await says('stop', '-t', '0', 'kept');
    expect(await says('inspect', '--format={{.NetworkSettings.IPAddress}}', 'kept')).toBe('');
    await says('rm', 'kept');
  });

  test('an address that another has taken meanwhile is replaced at the next start', async () => {
    await says('run', '-d', '--name=owner', BRIDGE, BUSYBOX, 'sleep', 'infinity');
    const addressOf = (name: string) => says('inspect', '--format={{.NetworkSettings.IPAddress}}', name);
    const before = await addressOf('owner');
    await says('stop', '-t', '0', 'owner');
    await says('run', '-d', '--name=squatter', BRIDGE, `--ip=${before}`, BUSYBOX, 'sleep', 'infinity');
    await says('start', 'owner');
    const after = await addressOf('owner');
    expect(after).toMatch(/^10\.88\.\d+\.\d+$/);
    expect([after === before, await addressOf('squatter')]).toEqual([false, before]);
    expect(await says('exec', 'owner', 'ip', '-4', '-o', 'addr', 'show', 'eth0')).toContain(` ${after}/16 `);
    await says('rm', '-f', '-t', '0', 'owner', 'squatter');
  });

  test('inspect says what the kernel says', async () => {
    const place = await inside('seen', '--network=front:alias=eye');
    const settings = JSON.parse(await says('inspect', '--format={{json .NetworkSettings}}', 'seen'));
    const [{ address, addr_info: addresses }] = JSON.parse((await place.runs('ip -j addr show eth0')).out);
    const global = addresses.filter(({ scope }: { scope: string }) => scope === 'global');
    expect(settings.Networks.front).toMatchObject({
      IPAddress: global[0].local,
      IPPrefixLen: 24,
      Gateway: '10.5.0.1',
      GlobalIPv6Address: global[1].local,
      GlobalIPv6PrefixLen: 64,
      IPv6Gateway: 'fd05::1',
      MacAddress: address,
      Aliases: ['eye', (await says('ps', '-q')).slice(0, 12)],
    });
    expect(await says('inspect', '--format={{.HostConfig.NetworkMode}}', 'seen')).toBe('bridge');
    expect(await says('ps', '--filter=network=front', '--format={{.Names}}')).toBe('seen');
    expect(await says('ps', '--filter=network=back', '--format={{.Names}}')).toBe('');
    await says('rm', '-f', '-t', '0', 'seen');
  });

  test('--show=script makes the same', async () => {
    const script = await says(
      'run',
      '--show=script',
      BRIDGE,
      '--hostname=made',
      BUSYBOX,
      'sh',
      '-c',
      'ip -4 -o addr show eth0; ip route show default',
    );
    const { code, out } = await host.runs(['sh', '-c', script]);
    expect(code).toBe(0);
    expect(out.split(/\s+/)[3]).toMatch(/^10\.88\.\d+\.\d+\/16$/);
    expect(out).toContain('default via 10.88.0.1 dev eth0');
  });

  test('netns exec: the host’s program, the container’s network', async () => {
    await inside('looked', BRIDGE);
    const { out } = await limpid('netns', 'exec', 'looked', 'ip', '-br', '-4', 'addr', 'show', 'eth0');
    expect(out).toContain(await says('inspect', '--format={{.NetworkSettings.IPAddress}}', 'looked'));
    expect(await says('netns', 'exec', 'looked', 'readlink', '/proc/self/ns/mnt')).toBe(
      (await host.runs('readlink /proc/self/ns/mnt')).out.trim(),
    );
    // Its environment is the caller's, with nothing of ours.
    expect(await says('netns', 'exec', 'looked', 'env')).not.toContain('BUN_');
    expect((await limpid('netns', 'exec', 'looked', 'sh', '-c', 'exit 7')).code).toBe(7);
    expect(await limpid('netns', 'exec', 'looked', 'no-such-program')).toEqual({
      code: 127,
      out: '',
      err: 'Error: cannot run "no-such-program": ENOENT, there is no such program on this machine\n',
    });
    await says('rm', '-f', '-t', '0', 'looked');
  });

  test('netns exec tcpdump: packets of the container', async () => {
    const place = await inside('heard', BRIDGE, '--ip=10.88.9.9');
    const words = ['tcpdump', '--immediate-mode', '-l', '-c', '1', '-ni', 'eth0', 'tcp dst port 9'];
    const command = [
      program,
      '--root',
      `${world}/root`,
      '--runroot',
      `${world}/run`,
      'netns',
      'exec',
      'heard',
      ...words,
    ];
    const dump = Bun.spawn(['nsenter', `--net=${host.path}`, ...command], { stdout: 'pipe', stderr: 'pipe' });
    const errors = dump.stderr.getReader();
    for (let said = ''; !said.endsWith(' bytes\n');) {
      const { value } = await errors.read();
      if (value === undefined) throw new Error(`tcpdump: ${said}`);
      said += new TextDecoder().decode(value);
    }
    await host.runs('nc -zv -w 1 10.88.9.9 9');
    const heard = await new Response(dump.stdout).text();
    expect([await dump.exited, heard]).toEqual([
      0,
      expect.stringMatching(/ IP 10\.88\.0\.1\.\d+ > 10\.88\.9\.9\.9: Flags \[S\]/),
    ]);
    await place.leave();
    await says('rm', '-f', '-t', '0', 'heard');
  });

  test('nothing of all that is left but the bridges', async () => {
    await until('only bridges', () => {
      const left = links().filter((name) => !['lo', 'eth0'].includes(name!) && !name!.startsWith('limpid'));
      return left.length === 0 ? true : { butSaw: left.join() };
    });
  });
});
