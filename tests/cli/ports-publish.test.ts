/** -p and -P of the built program: reached from another machine, refused where taken, given back at the end. */
import { describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { BUSYBOX } from './limpid.ts';
import { everythingOf } from './everything-of.ts';
import { labNetwork } from './lab-network.ts';
import { until } from './until.ts';
import { kill } from '../kill.ts';

const lab = labNetwork();
const { host, lan, limpid, says, inside, placeOf } = lab;
const BRIDGE = '--network=bridge';
const CLOSED = 'nothing, exit code 1';
const elements = () => host.does('nft list ruleset').match(/comment "[0-9a-f]{12} [^"]*"/g) ?? [];

describe('a published port', () => {
  test('is reached from another machine and from the host; `port` and `inspect` tell of it', async () => {
    const web = await inside('web', BRIDGE, '-p', '8080:80', '-p', '127.0.0.1:5353:53/udp');
    await Promise.all([web.answers('tcp', 80), web.answers('udp', 53)]);
    expect(await lan.asks('192.168.7.1', 8080)).toBe('192.168.7.2 tcp');
    expect(await host.asks('127.0.0.1', 8080)).toEndWith('.0.1 tcp');
    expect(await host.asks('127.0.0.1', 5353, '-u')).toEndWith('.0.1 udp 3000');
    expect(await says('port', 'web')).toBe('53/udp -> 127.0.0.1:5353\n80/tcp -> 0.0.0.0:8080');
    expect(await says('port', 'web', '53/udp')).toBe('127.0.0.1:5353');
    expect((await limpid('port', '--all', 'web')).err).toBe(
      'Error: cannot run "limpid port": --all and the argument "web" exclude each other\n',
    );
    expect(await says('ps', '--format={{.Ports}}')).toBe('127.0.0.1:5353->53/udp, 0.0.0.0:8080->80/tcp');
    expect(JSON.parse(await says('inspect', '--format={{json .NetworkSettings.Ports}}', 'web'))).toEqual({
      '53/udp': [{ HostIp: '127.0.0.1', HostPort: '5353' }],
      '80/tcp': [{ HostIp: '', HostPort: '8080' }],
    });
  });

  test('is refused to another container, which leaves nothing', async () => {
    const before = everythingOf(lab);
    const { code, err, out } = await limpid('run', BRIDGE, '--name=late', '-p', '9090:1', '-p', '8080:80', BUSYBOX);
    expect({ code, out }).toEqual({ code: 125, out: '' });
    expect(err).toBe(
      'Error: cannot publish 0.0.0.0:8080/tcp: container "web" has it ' +
        '(hint: choose another port of the host, or none: then any free one is taken)\n',
    );
    expect(await says('ps', '-a', '--format={{.Names}}')).toBe('web');
    // A veth goes with its namespace, which takes a moment.
    await until('nothing of it is left', () => {
      const left = everythingOf(lab);
      return Bun.deepEquals(left, before) || { butSaw: left.join('\n') };
    });
    // Port 9090, taken before that failed, is free again.
    await host.answers('tcp', 9090);
  });

  test('that a program of the host has is refused with its name', async () => {
    const { code, err } = await limpid('run', BRIDGE, '-p', '9090:80', BUSYBOX);
    expect(code).toBe(125);
    expect(err).toMatch(/^Error: cannot publish 0\.0\.0\.0:9090\/tcp: "bun" \(process \d+\) has it \(hint: /);
  });

  const refused = async (port: number) => {
    const { code, err } = await limpid('run', BRIDGE, '-p', `${port}:80`, BUSYBOX);
    expect(code).toBe(125);
    return err.match(/^Error: cannot publish 0\.0\.0\.0:\d+\/tcp: (.*) has it \(hint: /)?.[1];
  };

  test('that leads nowhere since a flush is refused with the name of the container that holds it', async () => {
    host.does('nft flush ruleset');
    expect((await limpid('port', '--explain', '8080')).out).toContain('container "web" has it, and no map leads there');
    // The start that is refused has brought the element back, as each does.
    expect(await refused(8080)).toBe('container "web"');
    expect(await lan.asks('192.168.7.1', 8080)).toBe('192.168.7.2 tcp');
  });

  test('that a program has without listening is refused with its name', async () => {
    const bind =
      'use Socket; socket(S,AF_INET,SOCK_STREAM,0); bind(S,sockaddr_in(9092,INADDR_ANY)) or die; print "ready\n"; sleep';
    await host.serves(['-e', `$|=1; ${bind}`], 'perl');
    expect(await refused(9092)).toMatch(/^"perl" \(process \d+\)$/);
  });

  test('of a container that died with its monitor is the program’s that has it now', async () => {
    await inside('gone', BRIDGE, '-p', '9093:80');
    const format = '--format={{.State.MonitorPid}} {{.State.Pid}}';
    const [monitor, first] = (await says('inspect', format, 'gone')).split(' ').map(Number);
    kill(monitor!);
    kill(first!);
    await until('it is dead', async () => (await says('inspect', '--format={{.State.Running}}', 'gone')) === 'false');
    // Its element leads to nobody, and is still there.
    expect(elements().filter((comment) => comment.includes('gone')).length).toBeGreaterThan(0);
    await host.answers('tcp', 9093);
    expect(await refused(9093)).toMatch(/^"bun" \(process \d+\)$/);
    await says('rm', 'gone');
  });

  test('at an address that is not the host’s is refused', async () => {
    expect(await limpid('run', BRIDGE, '-p', '192.168.9.9:9091:80', BUSYBOX)).toEqual({
      code: 125,
      out: '',
      err: 'Error: cannot publish 192.168.9.9:9091/tcp: EADDRNOTAVAIL, the host has no such address, for -p 9091:80/tcp\n',
    });
  });

  test('at an IPv6 address needs a container that has one', async () => {
    expect(await limpid('run', BRIDGE, '-p', '[::1]:9091:80', BUSYBOX)).toEqual({
      code: 125,
      out: '',
      err:
        'Error: cannot publish port 80/tcp at "::1": the container has no IPv6 address on network "limpid" ' +
        '(hint: `limpid network create --ipv6` makes a network with both)\n',
    });
    expect(await says('ps', '-a', '--format={{.Names}}')).toBe('web');
  });

  test('is given back with the container', async () => {
    await says('rm', '-f', '-t', '0', 'web');
    expect(elements()).toEqual([]);
    expect(await lan.asks('192.168.7.1', 8080)).toBe(CLOSED);
    await host.answers('tcp', 8080);
    expect(await lan.asks('192.168.7.1', 8080)).toBe('192.168.7.2 tcp');
  });
});

test('who has been sending to a UDP port before it was published is heard', async () => {
  const ask = () => lan.asks('192.168.7.1', 5300, '-u', '-p', '40000');
  // From now on the host tracks connections; the one that is made next lives for half a minute.
  await says('run', '--rm', BRIDGE, BUSYBOX, 'true');
  expect(await ask()).toStartWith('nothing, ');
  const place = await inside('late', BRIDGE, '-p', '5300:53/udp');
  await place.answers('udp', 53);
  expect(await ask()).toBe('192.168.7.2 udp 3000');
  await says('rm', '-f', '-t', '0', 'late');
});

test('any port will do: one is chosen, and kept over a restart', async () => {
  const place = await inside('random', BRIDGE, '-p', '80', '-p', '81');
  const before = await says('port', 'random');
  const [, first, second] = /^80\/tcp -> 0\.0\.0\.0:(\d+)\n81\/tcp -> 0\.0\.0\.0:(\d+)$/.exec(before)!;
  expect(first).not.toBe(second);
  await place.answers('tcp', 81);
  expect(await lan.asks('192.168.7.1', Number(second))).toBe('192.168.7.2 tcp');
  await says('restart', '-t', '0', 'random');
  expect(await says('port', 'random')).toBe(before);
  await says('rm', '-f', '-t', '0', 'random');
});

test('many at once find a port each, where there are hardly more', async () => {
  // Whoever asks the kernel for a free port at the same moment as others may be told the same one.
  host.sysctl('ipv4/ip_local_port_range', '41000 41005');
  const start = async (name: string) => {
    for (const round of ['a', 'b']) {
      await says('run', '--rm', BRIDGE, '-p', '80', BUSYBOX, 'true');
      await says('run', '-d', `--name=${name}${round}`, BRIDGE, '-p', '80', BUSYBOX, 'true');
    }
  };
  await Promise.all(['one', 'two', 'three', 'four'].map(start));
  host.sysctl('ipv4/ip_local_port_range', '32768 60999');
  await says('rm', '-f', '-a');
  expect(elements()).toEqual([]);
});

test('a run that is repeated is kept, and publishes as the first did', async () => {
  const again = async () => {
    const id = await says('run', '-d', BRIDGE, '-p', '8089:80', '-p', '81', BUSYBOX, 'sleep', 'infinity');
    const place = await placeOf(id);
    await place.answers('tcp', 80);
    expect(await lan.asks('192.168.7.1', 8089)).toBe('192.168.7.2 tcp');
    const ports = await says('port', id);
    expect(ports).toMatch(/^80\/tcp -> 0\.0\.0\.0:8089\n81\/tcp -> 0\.0\.0\.0:\d+$/);
    const late = await limpid('run', '-d', BRIDGE, '-p', '8089:80', '-p', '81', BUSYBOX, 'sleep', 'infinity');
    expect(late.err).toMatch(/^Error: cannot publish 0\.0\.0\.0:8089\/tcp: container ".+" has it/);
    expect(late.code).toBe(125);
    await says('rm', '-f', '-t', '0', id);
    expect(elements()).toEqual([]);
  };
  for (let time = 0; time < 3; time++) await again();
});

test('a restart by policy finds its port free', async () => {
  const options = ['--restart=on-failure:2', '-p', '8088:80'];
  await says('run', '-d', '--name=again', BRIDGE, ...options, BUSYBOX, 'false');
  expect(await says('wait', 'again')).toBe('1');
  await until('it has been started three times', async () => {
    const [count, error] = (await says('inspect', '--format={{.RestartCount}} {{.State.Error}}', 'again')).split(' ');
    return count === '2' && error === '';
  });
  await says('rm', '-f', '-t', '0', 'again');
});

test('--publish-all publishes what is exposed', async () => {
  await says(
    'run',
    '-d',
    '--name=all',
    BRIDGE,
    '-P',
    '--expose=53/udp',
    '--expose=80-81',
    BUSYBOX,
    'sleep',
    'infinity',
  );
  const lines = (await says('port', 'all')).split('\n').map((line) => line.replace(/\d+$/, 'N'));
  expect(lines).toEqual(['53/udp -> 0.0.0.0:N', '80/tcp -> 0.0.0.0:N', '81/tcp -> 0.0.0.0:N']);
  await says('rm', '-f', '-t', '0', 'all');
});

test('a killed monitor’s ports are free once its container is removed', async () => {
  await inside('orphan', BRIDGE, '-p', '8085:80');
  const monitor = Number(await says('inspect', '--format={{.State.ConmonPid}}', 'orphan'));
  expect(elements().length).toBeGreaterThan(0);
  kill(monitor);
  await says('rm', '-f', '-t', '0', 'orphan');
  await until('its elements are gone', () => elements().length === 0);
  await says('run', '--rm', BRIDGE, '-p', '8085:80', BUSYBOX, 'true');
});

test('a port that a dead container’s element leads away is led to the living one', async () => {
  // What `kill -9` of everything would leave, and an address that is nobody's any more.
  const [table] = host.does('nft list tables').match(/limpid-[0-9a-f]{8}$/m)!;
  host.does(`nft add element inet ${table} published4_any { tcp . 8086 : 10.99.99.99 . 80 }`);
  const place = await inside('heir', BRIDGE, '-p', '8086:80');
  await place.answers('tcp', 80);
  expect(await lan.asks('192.168.7.1', 8086)).toBe('192.168.7.2 tcp');
  await says('rm', '-f', '-t', '0', 'heir');
});

test('taken off its network, a container is reached by its next one, and nobody by its address', async () => {
  await says('network', 'create', '--subnet=10.95.0.0/24', '--ip-range=10.95.0.2-10.95.0.2', 'small');
  const place = await inside('leaver', '--rm', '--network=small', '--network=limpid', '-p', '8091:80', '-p', '81');
  await Promise.all([place.answers('tcp', 80), place.answers('udp', 81)]);
  const asked = () => lan.asks('192.168.7.1', 8091);
  expect(await asked()).toBe('192.168.7.2 tcp');
  const ports = await says('port', 'leaver');
  expect(ports).toStartWith('80/tcp -> 0.0.0.0:8091\n81/tcp -> 0.0.0.0:');
  await says('network', 'disconnect', 'small', 'leaver');
  const heir = await inside('heir', '--network=small');
  await heir.answers('tcp', 80);
  expect(await asked()).toBe('192.168.7.2 tcp');
  expect(await host.asks('127.0.0.1', 8091)).toEndWith('.0.1 tcp');
  await says('network', 'reload', '--all');
  expect(await asked()).toBe('192.168.7.2 tcp');
  expect(await says('port', 'leaver')).toBe(ports);
  // On none any more: the ports stay held, and lead nowhere.
  await says('network', 'disconnect', 'limpid', 'leaver');
  expect(elements()).toEqual([]);
  expect(await asked()).toBe(CLOSED);
  expect(await says('port', 'leaver')).toBe('');
  await says('network', 'connect', 'limpid', 'leaver');
  expect(await asked()).toBe('192.168.7.2 tcp');
  expect(await says('port', 'leaver')).toBe(ports);
  await place.leave();
  await says('stop', '-t', '0', 'leaver');
  await until('all of it is gone', () => elements().length === 0);
  // Nothing of the address that it had is given back with it: that is another's now.
  expect((await limpid('run', '--rm', '--network=small:ip=10.95.0.2', BUSYBOX, 'true')).err).toContain('is taken by');
  await says('rm', '-f', '-t', '0', 'heir');
  await says('network', 'rm', 'small');
});

test('started on no network, its ports are held, and lead to the first one that it is connected to', async () => {
  await says('create', '--name=lonely', '--network=limpid', '-p', '8092:80', '-p', '81', BUSYBOX, 'sleep', 'infinity');
  await says('network', 'disconnect', 'limpid', 'lonely');
  await says('start', 'lonely');
  expect(await says('port', 'lonely')).toBe('');
  const { code, err } = await limpid('run', BRIDGE, '-p', '8092:80', BUSYBOX, 'true');
  expect({ code, err }).toEqual({ code: 125, err: expect.stringContaining('container "lonely" has it') });
  await says('network', 'connect', 'limpid', 'lonely');
  const place = await placeOf('lonely');
  await place.answers('tcp', 80);
  expect(await lan.asks('192.168.7.1', 8092)).toBe('192.168.7.2 tcp');
  expect(await says('port', 'lonely')).toMatch(/^80\/tcp -> 0\.0\.0\.0:8092\n81\/tcp -> 0\.0\.0\.0:\d+$/);
  await place.leave();
  await says('rm', '-f', '-t', '0', 'lonely');
  expect(elements()).toEqual([]);
});

test('what it was connected to while it ran is given back with it', async () => {
  await says('network', 'create', '--subnet=10.96.0.0/24', '--disable-dns', 'later');
  const place = await inside('guest', '--rm', BRIDGE);
  await says('network', 'connect', '--ip=10.96.0.7', 'later', 'guest');
  await says('network', 'disconnect', 'limpid', 'guest');
  const leases = `${await says('info', '--format={{.Store.RunRoot}}')}/leases/later`;
  const held = () => readdirSync(leases).filter((name) => !name.startsWith('last'));
  expect(held()).toEqual(['10.96.0.7']);
  await place.leave();
  await says('stop', '-t', '0', 'guest');
  await until('its address is free', () => held().length === 0);
  await says('network', 'rm', 'later');
});

test('after a flush, the next start brings everything back', async () => {
  const place = await inside('steady', BRIDGE, '-p', '8087:80');
  await place.answers('tcp', 80);
  const [table] = host.does('nft list tables').match(/limpid-[0-9a-f]{8}$/m)!;
  const ours = () => host.does(`nft list table inet ${table}`);
  const before = ours();
  host.does('nft flush ruleset');
  expect(await lan.asks('192.168.7.1', 8087)).toBe(CLOSED);
  await says('run', '--rm', BRIDGE, BUSYBOX, 'true');
  expect(ours()).toBe(before);
  host.does('nft flush ruleset');
  await says('network', 'reload', '--all');
  expect(ours()).toBe(before);
  expect(await lan.asks('192.168.7.1', 8087)).toBe('192.168.7.2 tcp');
  await says('rm', '-f', '-t', '0', 'steady');
});

test('a range, and a thousand ports of one container', async () => {
  const place = await inside('many', BRIDGE, '-p', '20000-20999:1000-1999');
  await place.answers('tcp', 1999);
  expect(await lan.asks('192.168.7.1', 20_999)).toBe('192.168.7.2 tcp');
  await says('rm', '-f', '-t', '0', 'many');
  expect(elements()).toEqual([]);
});
