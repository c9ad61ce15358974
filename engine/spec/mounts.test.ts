import { describe, expect, test } from 'bun:test';
import type { MountConfig } from '../config.ts';
import { planMounts, rootfsPropagation } from './mounts.ts';
import { Reasons } from './reasons.ts';
import { failure, SAMPLE_INPUTS, sampleConfig } from './sample.fixture.ts';

type Changes = Parameters<typeof sampleConfig>[0];

const plan = (changes: Changes, inputs: object = {}) =>
  planMounts(sampleConfig(changes), { ...SAMPLE_INPUTS, ...inputs }, new Reasons({}));
const at = (destination: string, changes: Changes, inputs: object = {}) =>
  plan(changes, inputs).find((mount) => mount.destination === destination);
const places = (changes: Changes, inputs: object = {}) => plan(changes, inputs).map(({ destination }) => destination);

function bind(source: string, destination: string, ...options: string[]): MountConfig {
  return { type: 'bind', source, destination, options, because: `-v ${source}:${destination}` };
}

function tmpfs(destination: string, ...options: string[]): MountConfig {
  return { type: 'tmpfs', destination, options, because: `--tmpfs ${destination}` };
}

describe('order', () => {
  test('parents first, defaults before the user’s', () => {
    expect(places({ mounts: [bind('/a', '/data/deep/er'), tmpfs('/data'), bind('/b', '/data/deep/')] })).toEqual([
      '/proc',
      '/dev',
      '/sys',
      '/data',
      '/dev/pts',
      '/dev/mqueue',
      '/dev/shm',
      '/etc/hostname',
      '/etc/hosts',
      '/data/deep',
      '/sys/fs/cgroup',
      '/data/deep/er',
    ]);
  });

  test('a mount replaces the default of its place, and the defaults below it', () => {
    expect(places({ mounts: [bind('/dev', '/dev'), bind('/etc', '/etc//')] })).toEqual([
      '/proc',
      '/sys',
      '/dev',
      '/etc',
      '/sys/fs/cgroup',
    ]);
    expect(places({ mounts: [bind('/h', '/etc/hosts')] }).filter((path) => path === '/etc/hosts')).toHaveLength(1);
    expect(at('/etc/hosts', { mounts: [bind('/h', '/etc/hosts')] })?.source).toBe('/h');
  });

  test('the init stays', () => {
    const inputs = { initPath: '/lib/init' };
    expect(at('/run/limpid-init', { init: true, mounts: [tmpfs('/run')] }, inputs)).toEqual({
      destination: '/run/limpid-init',
      type: 'bind',
      source: '/lib/init',
      options: ['bind', 'rprivate', 'nosuid', 'nodev', 'ro'],
    });
    expect(at('/run/limpid-init', {}, inputs)).toBeUndefined();
    expect(failure(() => plan({ init: true }))).toBe(
      'ENOINIT: cannot use --init: there is no init program to put first',
    );
  });
});

describe('what the user mounts', () => {
  test('a bind is recursive and private', () => {
    expect(at('/b', { mounts: [bind('/a/../a/', '/b')] })).toEqual({
      destination: '/b',
      type: 'bind',
      source: '/a',
      options: ['rbind', 'rprivate'],
    });
  });

  test('read-only means everything below too, unless it was said otherwise', () => {
    const options = (...words: string[]) => at('/b', { mounts: [bind('/a', '/b', ...words)] })?.options;
    expect(options('ro')).toEqual(['rbind', 'ro', 'rprivate', 'rro']);
    expect(options('ro', 'bind')).toEqual(['ro', 'bind', 'rprivate']);
    expect(options('ro', 'rrw', 'rslave')).toEqual(['rbind', 'ro', 'rrw', 'rslave']);
    expect(options('Z', 'rw')).toEqual(['rbind', 'rw', 'rprivate']);
  });

  test('a volume has no devices and no set-user-ID programs', () => {
    const volume: MountConfig = {
      type: 'volume',
      source: 'v',
      destination: '/v',
      options: ['nocopy'],
      because: '-v v:/v',
    };
    expect(at('/v', { mounts: [volume] }, { volumes: { v: '/vols/v' } })).toEqual({
      destination: '/v',
      type: 'bind',
      source: '/vols/v',
      options: ['rbind', 'nosuid', 'nodev', 'rprivate'],
    });
    const anonymous: MountConfig = { ...volume, source: '' };
    expect(at('/v', { mounts: [anonymous] }, { volumes: { '/v': '/vols/x' } })?.source).toBe('/vols/x');
    expect(failure(() => plan({ mounts: [volume] }))).toBe(
      'EMOUNT: cannot mount at "/v" for "-v v:/v": there is no volume "v"',
    );
  });

  test('a tmpfs is closed until opened', () => {
    expect(at('/t', { mounts: [tmpfs('/t', 'size=1m', 'exec')] })).toEqual({
      destination: '/t',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'nodev', 'noexec', 'size=1m', 'exec'],
    });
  });

  test('an id-mapped bind carries the maps', () => {
    const map = [{ containerID: 0, hostID: 100000, size: 65536 }];
    const changes: Changes = {
      namespaces: { user: { kind: 'private' } },
      uidMappings: map,
      gidMappings: map,
      mounts: [bind('/a', '/b', 'idmap')],
    };
    expect(at('/b', changes)).toEqual({
      destination: '/b',
      type: 'bind',
      source: '/a',
      options: ['rbind', 'idmap', 'rprivate'],
      uidMappings: map,
      gidMappings: map,
    });
  });

  test('refusals', () => {
    const refusal = (mount: MountConfig) => failure(() => plan({ mounts: [mount] }));
    expect(refusal(bind('/a', '/'))).toBe(
      'EMOUNT: cannot mount at "/" for "-v /a:/": the root is not replaced by a mount (hint: use --rootfs)',
    );
    expect(refusal(bind('/a', '/proc/../proc/sys'))).toStartWith('EMOUNT: cannot mount at "/proc/../proc/sys"');
    expect(refusal(tmpfs('/proc'))).toStartWith('EMOUNT');
    for (const mount of [bind('/etc', '/proc'), bind('/proc', '/proc/self'), { ...tmpfs('/proc'), source: '/proc' }])
      expect(refusal(mount)).toEndWith('what lies below /proc is not to be replaced');
    expect(refusal(bind('/a', '/b', 'size=1m'))).toBe(
      'EMOUNT: cannot mount at "/b" for "-v /a:/b": a bind mount has no option "size=1m"',
    );
    expect(refusal(bind('a', '/b'))).toBe('EOPTION: cannot use path "a": it is not absolute');
    expect(refusal(bind('/a', 'b'))).toBe('EOPTION: cannot use path "b": it is not absolute');
    expect(failure(() => plan({ mounts: [bind('/a', '/x'), tmpfs('/x/')] }))).toBe(
      'EMOUNT: cannot mount at "/x/" for "--tmpfs /x/": something else is to be mounted there as well',
    );
  });

  test('the files of /proc that lxcfs provides may be replaced', () => {
    expect(at('/proc/meminfo', { mounts: [bind('/m', '/proc/meminfo')] })?.source).toBe('/m');
    for (const file of ['cpuinfo', 'diskstats', 'loadavg', 'meminfo', 'net/dev', 'slabinfo', 'stat', 'swaps', 'uptime'])
      expect(at(`/proc/${file}`, { mounts: [bind('/m', `/proc/${file}`)] })?.source).toBe('/m');
    expect(at('/proc', { mounts: [bind('/proc', '/proc')] })?.type).toBe('bind');
  });
});

describe('what depends on the namespaces', () => {
  const map = [{ containerID: 0, hostID: 100000, size: 65536 }];
  const user = { user: { kind: 'private' } } as const;

  test('the host’s IPC', () => {
    const changes: Changes = { namespaces: { ipc: { kind: 'host' } } };
    expect(at('/dev/shm', changes)).toMatchObject({ type: 'bind', source: '/dev/shm' });
    expect(at('/dev/mqueue', changes)?.type).toBe('mqueue');
    expect(at('/dev/shm', {}, { shm: '/run/x/shm' })).toMatchObject({ type: 'bind', source: '/run/x/shm' });
  });

  test('a user namespace cannot mount what shows the namespaces of others', () => {
    const shared = { pid: { kind: 'host' }, network: { kind: 'host' }, ipc: { kind: 'host' } } as const;
    const changes: Changes = { uidMappings: map, gidMappings: map, namespaces: { ...user, ...shared } };
    expect(at('/proc', changes)).toMatchObject({ type: 'bind', source: '/proc' });
    expect(at('/sys', changes)?.options).toEqual(['rbind', 'rprivate', 'nosuid', 'noexec', 'nodev', 'ro', 'rro']);
    expect(at('/dev/mqueue', changes)).toBeUndefined();
    const own: Changes = { uidMappings: map, gidMappings: map, namespaces: user };
    expect(['/proc', '/sys', '/dev/mqueue'].map((path) => at(path, own)?.type)).toEqual(['proc', 'sysfs', 'mqueue']);
  });

  test('a terminal belongs to the group tty where there is one', () => {
    const one = [{ containerID: 0, hostID: 1000, size: 1 }];
    const changes: Changes = { uidMappings: one, gidMappings: one, namespaces: user };
    expect(at('/dev/pts', changes)?.options).toEqual(['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620']);
    expect(at('/dev/pts', {})?.options).toContain('gid=5');
  });

  test('without a user namespace the host’s network needs no bind of /sys', () => {
    expect(at('/sys', { namespaces: { network: { kind: 'host' } } })?.type).toBe('sysfs');
  });
});

test('a read-only container has some writable places, unless not', () => {
  const writable = ['/tmp', '/run', '/var/tmp'];
  expect(places({ readOnly: true }).filter((path) => writable.includes(path))).toEqual(writable);
  expect(places({ readOnly: true, readOnlyTmpfs: false }).filter((path) => writable.includes(path))).toEqual([]);
  expect(at('/etc/hosts', { readOnly: true })?.options).toContain('ro');
  expect(at('/etc/hosts', {})?.options).toEqual(['bind', 'rprivate', 'nosuid', 'noexec', 'nodev']);
});

test('--tz', () => {
  expect(at('/etc/localtime', { tz: 'Europe/Vienna' })?.source).toBe('/usr/share/zoneinfo/Europe/Vienna');
  expect(at('/etc/localtime', { tz: 'local' })?.source).toBe('/etc/localtime');
  expect(failure(() => plan({ tz: '../../../etc/shadow' }))).toBe(
    'EOPTION: cannot use time zone "../../../etc/shadow": that is no name of a zone (hint: such as Europe/Vienna, or local)',
  );
});

test('the root takes part in propagation only where a mount does', () => {
  const asked = (...words: string[]) => rootfsPropagation([{ destination: '/a', options: words }]);
  expect(asked('rbind', 'rprivate')).toEqual({});
  expect(asked('rslave')).toEqual({ rootfsPropagation: 'rslave' });
  expect(asked('shared')).toEqual({ rootfsPropagation: 'rshared' });
});

test('each mount has its reason', () => {
  const reasons = new Reasons({ 'mounts[/dev/shm]': '--shm-size=1m' });
  planMounts(sampleConfig({ mounts: [tmpfs('/t')] }), SAMPLE_INPUTS, reasons);
  expect(reasons.all()).toMatchObject({
    'mounts[/t]': '--tmpfs /t',
    'mounts[/dev/shm]': '--shm-size=1m',
    'mounts[/proc]': 'default: the kernel, as this pid namespace sees it',
  });
});
