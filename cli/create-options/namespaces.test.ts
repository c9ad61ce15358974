import { expect, test } from 'bun:test';
import { configOf, failureOf } from './request.fixture.ts';

test('modes', () => {
  const { namespaces, because } = configOf(
    '--pid=host',
    '--ipc=container:db',
    '--uts=ns:/proc/1/ns/uts',
    '--net=host',
    '--cgroupns=host',
    '--timens=private',
  );
  expect(namespaces).toEqual({
    pid: { kind: 'host' },
    ipc: { kind: 'container', container: 'db' },
    uts: { kind: 'path', path: '/proc/1/ns/uts' },
    network: { kind: 'host' },
    cgroup: { kind: 'host' },
    user: { kind: 'host' },
    time: { kind: 'private' },
  });
  expect(because['linux.namespaces[pid]']).toBe('--pid host');
  expect(because['linux.namespaces[network]']).toBe('--net host');
});

test('user namespaces and maps', () => {
  const config = configOf('--uidmap', '0:100000:1000', '--uidmap=1000:200000:1');
  const map = [
    { containerID: 0, hostID: 100000, size: 1000 },
    { containerID: 1000, hostID: 200000, size: 1 },
  ];
  expect(config).toMatchObject({ uidMappings: map, gidMappings: map });
  expect(config.namespaces.user).toEqual({ kind: 'private' });
  expect(config.because['linux.gidMappings']).toBe('--uidmap 0:100000:1000 --uidmap 1000:200000:1');
});

test('clocks', () => {
  const config = configOf('--time-offset', 'monotonic=86400,boottime=-5');
  expect(config.timeOffsets).toEqual({ monotonicSecs: 86400, boottimeSecs: -5 });
  expect(config.namespaces.time).toEqual({ kind: 'private' });
});

test.each([
  [['--pid=hots'], 'EOPTION cannot use --pid hots: private, host, container:NAME or ns:PATH is wanted'],
  [['--pid=shareable'], 'EOPTION cannot use --pid shareable: private, host, container:NAME or ns:PATH is wanted'],
  [
    ['--ipc=mine'],
    'EOPTION cannot use --ipc mine: private, shareable, none, host, container:NAME or ns:PATH is wanted',
  ],
  [['--ipc=container:'], 'EOPTION cannot use "container:" for --ipc: the name of a container is missing'],
  [['--net=ns:x'], 'EOPTION cannot use "ns:x" for --network: an absolute path such as ns:/proc/1/ns/net is wanted'],
  [
    ['--userns=keep-id'],
    'EOPTION cannot use --userns keep-id: it is for rootless containers (hint: give --uidmap and --gidmap)',
  ],
  [
    ['--userns=auto:size=9'],
    'EOPTION cannot use --userns auto:size=9: ranges are not chosen automatically (hint: give --uidmap and --gidmap)',
  ],
  [
    ['--userns=private'],
    'EOPTION cannot use --userns private: no user numbers are mapped (hint: give --uidmap 0:100000:65536)',
  ],
  [
    ['--userns=host', '--uidmap=0:1:1'],
    'EOPTION cannot use --userns host: maps are only for a user namespace of its own',
  ],
  [['--uidmap=0:1'], 'EOPTION cannot use "0:1" for --uidmap: INSIDE:HOST:COUNT is wanted'],
  [['--uidmap=0:1:0'], 'EOPTION cannot use "0:1:0" for --uidmap: INSIDE:HOST:COUNT is wanted'],
  [['--uidmap=0:4294967294:2'], 'EOPTION cannot use "0:4294967294:2" for --uidmap: numbers end at 4294967294'],
  [['--uidmap=0:10:5,3:90:1'], 'EOPTION cannot use --uidmap: two ranges of the container overlap at 3'],
  [['--gidmap=0:10:5,9:12:1'], 'EOPTION cannot use --gidmap: two ranges of the host overlap at 12'],
  [
    ['--timens=host', '--time-offset=boottime=1'],
    "EOPTION cannot use --time-offset boottime=1: the host's clocks cannot be shifted",
  ],
  [
    ['--time-offset=realtime=1'],
    'EOPTION cannot use "realtime=1" for --time-offset: monotonic=SECONDS or boottime=SECONDS is wanted',
  ],
])('%p fails', (words, message) => {
  expect(failureOf(...words)).toBe(message);
});
