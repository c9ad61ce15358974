import { describe, expect, test } from 'bun:test';
import { hostsFile } from './hosts-file.ts';
import { readResolvConf, resolvConf } from './resolv-conf.ts';

const NOTHING = { servers: [], search: [], options: [] };

describe('/etc/hosts', () => {
  test('of a container on a network: itself, and the host', () => {
    const text = hostsFile({
      hostname: 'abc',
      names: ['lab', 'abc', 'db'],
      addresses: ['10.88.0.2', 'fd00::2'],
      hostAddress: '10.88.0.1',
      added: ['db:10.0.0.9', 'up:host-gateway', 'six:fd00::7'],
    });
    expect(text).toBe(
      '10.0.0.9\tdb\n10.88.0.1\tup\nfd00::7\tsix\n' +
        '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' +
        '10.88.0.2\tabc lab db\nfd00::2\tabc lab db\n' +
        '10.88.0.1\thost.containers.internal host.docker.internal\n',
    );
  });

  test('without a network: on its loopback, and no host', () => {
    expect(hostsFile({ hostname: 'abc', names: ['lab'], addresses: [], added: ['up:host-gateway'] })).toBe(
      '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\tabc\n',
    );
  });
});

describe('/etc/resolv.conf', () => {
  const HOST =
    '# by hand\nnameserver 127.0.0.53\nnameserver 192.0.2.53\ndomain old\nsearch a.example b.example\noptions ndots:2\n';

  test('is the host’s, without resolvers on its loopback', () => {
    expect(resolvConf(NOTHING, HOST, 'nameserver 198.51.100.1\n')).toBe(
      'nameserver 192.0.2.53\nsearch a.example b.example\noptions ndots:2\n',
    );
  });

  test('asks whom systemd-resolved asks, where the host asks that one alone', () => {
    const upstream = 'nameserver 198.51.100.1\nnameserver ::1\nsearch other\n';
    expect(resolvConf(NOTHING, 'nameserver 127.0.0.53\noptions edns0 trust-ad\n', upstream)).toBe(
      'nameserver 198.51.100.1\noptions edns0 trust-ad\n',
    );
    expect(resolvConf(NOTHING, 'nameserver ::1\n', '')).toBe('');
  });

  test('is what was asked for, each line on its own', () => {
    expect(resolvConf({ servers: ['9.9.9.9'], search: [], options: [] }, HOST, '')).toBe(
      'nameserver 9.9.9.9\nsearch a.example b.example\noptions ndots:2\n',
    );
    expect(resolvConf({ servers: [], search: ['.'], options: ['timeout:1'] }, HOST, '')).toBe(
      'nameserver 192.0.2.53\noptions timeout:1\n',
    );
  });

  test('reading: the last search counts, options add up', () => {
    expect(readResolvConf('search a\noptions x\n  domain b \noptions y z\nnameserver\n')).toEqual({
      servers: [],
      search: ['b'],
      options: ['x', 'y', 'z'],
    });
  });
});
