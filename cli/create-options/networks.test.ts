import { describe, expect, test } from 'bun:test';
import { configOf, failureOf } from './request.fixture.ts';

const networksOf = (...words: string[]) => configOf(...words).networks;
const LIMPID = { network: 'limpid', aliases: [] };

const NO_INTERFACE_NAME =
  'it is no name of an interface: at most 15 characters without "/", ":", "%" and spaces, and not "all" or "default"';

describe('--network', () => {
  test('bridge is the default network, and private is the same', () => {
    expect(networksOf('--network=bridge')).toEqual([LIMPID]);
    expect(networksOf('--net=private')).toEqual([LIMPID]);
    expect(networksOf('--net=default')).toEqual([LIMPID]);
    expect(networksOf('--network=limpid')).toEqual([LIMPID]);
    expect(configOf('--network=bridge').namespaces.network).toEqual({ kind: 'private' });
    expect(configOf('--network=bridge').because['linux.namespaces[network]']).toBe('--network bridge');
  });

  test('modes have no networks', () => {
    for (const [word, mode] of [
      ['none', { kind: 'none' }],
      ['host', { kind: 'host' }],
      ['container:web', { kind: 'container', container: 'web' }],
      ['ns:/run/netns/a', { kind: 'path', path: '/run/netns/a' }],
    ] as const) {
      const config = configOf(`--network=${word}`);
      expect(config.namespaces.network).toEqual(mode);
      expect(config.networks).toBeUndefined();
    }
  });

  test('several, each with what is wanted there', () => {
    const first = '--network=front:ip=10.5.0.7,ip6=fd00::0:7,mac=02-00-00-00-00-0A,alias=a,alias=b,interface_name=web0';
    expect(networksOf(first, '--network=back,side')).toEqual([
      {
        network: 'front',
        ip: '10.5.0.7',
        ip6: 'fd00::7',
        mac: '02:00:00:00:00:0a',
        aliases: ['a', 'b'],
        interfaceName: 'web0',
      },
      { network: 'back', aliases: [] },
      { network: 'side', aliases: [] },
    ]);
    expect(networksOf('--network=bridge:ip=fd00::1')).toEqual([{ ...LIMPID, ip6: 'fd00::1' }]);
    expect(networksOf('--network=one:')).toEqual([{ network: 'one', aliases: [] }]);
  });

  test('options for the only one, aliases for all', () => {
    const words = ['--ip=10.5.0.7', '--ip6=FD00::7', '--mac-address=02:00:00:00:00:0a', '--network-alias=a,b'];
    expect(networksOf('--network=one:alias=z', ...words)).toEqual([
      { network: 'one', ip: '10.5.0.7', ip6: 'fd00::7', mac: '02:00:00:00:00:0a', aliases: ['z', 'a', 'b'] },
    ]);
    expect(networksOf('--network=one', '--network=two', '--network-alias=a')).toEqual([
      { network: 'one', aliases: ['a'] },
      { network: 'two', aliases: ['a'] },
    ]);
  });

  test.each([
    [
      ['--net=host', '--network=none'],
      '--net host --network none: "host" is not one of several networks (hint: give one mode, or networks)',
    ],
    [['--net=pasta'], '--net pasta: it is for rootless containers (hint: use bridge, or a network of your own)'],
    [['--net=a b'], `--net 'a b': "a b" is no name of a network`],
    [['--net=../x'], '--net ../x: "../x" is no name of a network'],
    [['--net=a', '--net=a'], '--net a --net a: it names "a" twice'],
    [
      ['--net=a:interface_name=x', '--net=b:interface_name=x'],
      '--net a:interface_name=x --net b:interface_name=x: it names interface "x" twice',
    ],
    [['--net=a:ip'], '--net a:ip: "ip" is not KEY=VALUE'],
    [['--net=a:color=red'], '--net a:color=red: "color" is none of ip, ip6, mac, alias, interface_name'],
    [['--net=a:ip=10.5.0.256'], 'ip=10.5.0.256 for --network: an IP address is wanted'],
    [['--net=a:ip6=10.5.0.2'], 'ip6=10.5.0.2 for --network: an IPv6 address is wanted'],
    [['--net=a:ip=10.5.0.2,ip=10.5.0.3'], 'ip=10.5.0.3 for --network: an interface has one address of each family'],
    [
      ['--net=a:mac=03:00:00:00:00:01'],
      'mac=03:00:00:00:00:01 for --network: six bytes of which the first is even are wanted, such as 02:00:00:00:00:01',
    ],
    [['--net=a:interface_name=lo'], 'interface_name=lo for --network: each container has one already'],
    [
      ['--net=a:interface_name=abcdefghijklmnop'],
      `interface_name=abcdefghijklmnop for --network: ${NO_INTERFACE_NAME}`,
    ],
    ...['.', '..', 'all', 'default', 'a%d', 'a/b', 'éééééééé'].map((name): [string[], string] => [
      [`--net=a:interface_name=${name}`],
      `interface_name=${name} for --network: ${NO_INTERFACE_NAME}`,
    ]),
    ...['a,', ',a', 'a,,b'].map((list): [string[], string] => [[`--net=${list}`], `--net ${list}: a name is missing`]),
    [['--net=a:ip=10.5.0.7', '--ip=10.5.0.8'], '--ip 10.5.0.8: --net a:ip=10.5.0.7 says another one'],
    [
      ['--net=a:mac=02:00:00:00:00:01', '--mac-address=02:00:00:00:00:02'],
      '--mac-address 02:00:00:00:00:02: --net a:mac=02:00:00:00:00:01 says another one',
    ],
    [['--dns=none', '--dns=9.9.9.9'], '--dns none: it excludes all that resolv.conf could say'],
    [['--dns=none', '--dns-search=x'], '--dns none: it excludes all that resolv.conf could say'],
    [['--net=a:alias=-x'], 'alias=-x for --network: letters, digits, "-", "_" and "." are wanted'],
    [
      ['--net=a', '--net=b', '--ip=10.5.0.2'],
      '--ip 10.5.0.2: there are several networks (hint: say it behind each, NAME:ip=ADDRESS)',
    ],
    [['--net=bridge', '--ip=fd00::1'], '--ip fd00::1: an IPv4 address is wanted'],
    [['--net=bridge', '--ip6=10.0.0.1'], '--ip6 10.0.0.1: an IPv6 address is wanted'],
    [
      ['--net=bridge', '--mac-address=2'],
      '--mac-address 2: six bytes of which the first is even are wanted, such as 02:00:00:00:00:01',
    ],
    [['--net=host', '--ip=10.5.0.2'], '--ip 10.5.0.2: it excludes --network host: there is no network'],
    [['--net=none', '--network-alias=x'], '--network-alias x: it excludes --network none: there is no network'],
  ])('%p fails', (words, message) => {
    expect(failureOf(...words)).toBe(`EOPTION cannot use ${message}`);
  });
});

describe('names', () => {
  test('nothing asked, nothing said', () => {
    expect(configOf().names).toBeUndefined();
  });

  test('--dns, --dns-search, --dns-option, --add-host', () => {
    const words = ['--dns=9.9.9.9,FD00::0:53', '--dns-search=a.example', '--dns-opt=ndots:2'];
    expect(
      configOf(...words, '--add-host=db:10.0.0.9', '--add-host=six:[fd00::9]', '--add-host=up:host-gateway').names,
    ).toEqual({
      servers: ['9.9.9.9', 'fd00::53'],
      search: ['a.example'],
      options: ['ndots:2'],
      hosts: ['db:10.0.0.9', 'six:fd00::9', 'up:host-gateway'],
    });
    expect(configOf('--no-hosts').names).toEqual({ noHosts: true });
    expect(configOf('--dns=none').names).toEqual({ noResolvConf: true });
  });

  test.each([
    [['--dns=resolver'], '"resolver" for --dns: an IP address is wanted'],
    [['--dns-search=a b'], '"a b" for --dns-search: one word is wanted'],
    [['--dns-option=a\nnameserver 1.2.3.4'], '"a\\nnameserver 1.2.3.4" for --dns-option: one word is wanted'],
    [['--add-host=db'], '"db" for --add-host: NAME:ADDRESS or NAME:host-gateway is wanted'],
    [['--add-host=db:ten'], '"db:ten" for --add-host: NAME:ADDRESS or NAME:host-gateway is wanted'],
    [['--add-host=d b:10.0.0.1'], '"d b:10.0.0.1" for --add-host: NAME:ADDRESS or NAME:host-gateway is wanted'],
    [['--no-hosts', '--add-host=db:10.0.0.1'], '--no-hosts: it excludes --add-host db:10.0.0.1'],
    [
      ['--network=container:web', '--dns=9.9.9.9'],
      "--dns 9.9.9.9: it excludes --network container:web: the network is that container's",
    ],
  ])('%p fails', (words, message) => {
    expect(failureOf(...words)).toBe(`EOPTION cannot use ${message}`);
  });
});
