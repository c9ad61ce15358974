import { expect, test } from 'bun:test';
import { containerHostname } from './hostname.ts';
import { planNamespaces } from './namespaces.ts';
import { Reasons } from './reasons.ts';
import { failure, sampleConfig } from './sample.fixture.ts';

type Changes = Parameters<typeof sampleConfig>[0];
const plan = (changes: Changes, joined: Record<string, number> = {}) =>
  planNamespaces(sampleConfig(changes), { joined }, new Reasons({}));
const MAP = [{ containerID: 0, hostID: 100000, size: 65536 }];

test('private, none and shareable are new; the host’s are not listed', () => {
  expect(plan({})).toEqual({
    namespaces: [
      { type: 'pid' },
      { type: 'network' },
      { type: 'ipc' },
      { type: 'uts' },
      { type: 'cgroup' },
      { type: 'mount' },
    ],
  });
});

test('joined by container and by path', () => {
  const namespaces = {
    pid: { kind: 'container', container: 'other' },
    network: { kind: 'path', path: '/run/netns/blue' },
    uts: { kind: 'host' },
    ipc: { kind: 'host' },
    cgroup: { kind: 'host' },
  } as const;
  expect(plan({ namespaces }, { other: 4711 }).namespaces).toEqual([
    { type: 'pid', path: '/proc/4711/ns/pid' },
    { type: 'network', path: '/run/netns/blue' },
    { type: 'mount' },
  ]);
  const net = { network: { kind: 'container', container: 'other' } } as const;
  expect(plan({ namespaces: net }, { other: 1 }).namespaces).toContainEqual({
    type: 'network',
    path: '/proc/1/ns/net',
  });
  expect(failure(() => plan({ namespaces: net }))).toBe(
    'ENOTRUNNING: cannot join the network namespace of container "other": it is not running (hint: start it first: limpid start other)',
  );
});

test('a user namespace and its maps', () => {
  const user = { user: { kind: 'private' } } as const;
  expect(plan({ namespaces: user, uidMappings: MAP, gidMappings: MAP })).toMatchObject({
    uidMappings: MAP,
    gidMappings: MAP,
  });
  expect(failure(() => plan({ namespaces: user }))).toBe(
    'EOPTION: cannot make a user namespace: it needs a map of user ids and one of group ids',
  );
  expect(failure(() => plan({ uidMappings: MAP }))).toBe(
    'EOPTION: cannot map ids: the container has no user namespace of its own',
  );
});

test('clock offsets', () => {
  const timeOffsets = { monotonicSecs: -5, boottimeSecs: 86400 };
  expect(plan({ timeOffsets, namespaces: { time: { kind: 'private' } } })).toMatchObject({
    timeOffsets: { monotonic: { secs: -5, nanosecs: 0 }, boottime: { secs: 86400, nanosecs: 0 } },
  });
  expect(failure(() => plan({ timeOffsets }))).toBe(
    'EOPTION: cannot set clock offsets: the container has no time namespace of its own',
  );
});

test('host names', () => {
  const name = (changes: Changes) => containerHostname(sampleConfig(changes), 'mothership');
  expect(name({})).toBe('4f5e6d7c8b9a');
  expect(name({ hostname: 'lab' })).toBe('lab');
  expect(name({ namespaces: { uts: { kind: 'host' } } })).toBe('mothership');
  expect(name({ namespaces: { network: { kind: 'host' } } })).toBe('mothership');
  expect(name({ hostname: 'ü'.repeat(32) })).toHaveLength(32);
  expect(failure(() => name({ hostname: 'x', namespaces: { uts: { kind: 'host' } } }))).toBe(
    'EOPTION: cannot set hostname "x": the container has no UTS namespace of its own',
  );
  expect(failure(() => name({ hostname: 'ü'.repeat(33) }))).toEndWith(': Linux allows 64 bytes');
  expect(failure(() => name({ domainname: '' }))).toBe(
    'EOPTION: cannot set domainname "": it is empty or holds a NUL byte',
  );
});
