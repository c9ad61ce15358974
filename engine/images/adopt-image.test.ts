import { expect, test } from 'bun:test';
import type { ImageConfig } from '../../spec/image.ts';
import type { MountConfig } from '../config.ts';
import { failure, sampleConfig } from '../spec/sample.fixture.ts';
import { withImage } from './adopt-image.ts';
import { committedConfig, committedRuntime } from './committed-config.ts';
import type { StoredImage } from './find.ts';
import { ownFiles } from './own-files.ts';

const id = `sha256:${'1'.repeat(64)}`;
const entry = {
  name: 'docker.io/library/app:1',
  id,
  manifest: { mediaType: '', digest: `sha256:${'2'.repeat(64)}`, size: 1 },
  platform: { os: 'linux', architecture: 'amd64' },
  created: '',
  sizeBytes: 0,
};
const image: StoredImage = { id, entry, entries: [entry] };
const says = (config: ImageConfig['config']): ImageConfig => ({
  architecture: 'amd64',
  os: 'linux',
  rootfs: { type: 'layers', diff_ids: [] },
  ...(config === undefined ? {} : { config }),
});
const adopt = (
  config: ImageConfig['config'],
  options: Parameters<typeof withImage>[3] = {},
  changes: Parameters<typeof sampleConfig>[0] = {},
) => withImage(sampleConfig(changes), image, says(config), options);

test('the root file system, under its full name', () => {
  expect(adopt(undefined)).toMatchObject({
    image: 'docker.io/library/app:1',
    rootfs: { kind: 'image', id, digest: entry.manifest.digest },
    stopSignal: 15,
    mounts: [],
  });
});

test("labels: the user's win", () => {
  expect(adopt({ Labels: { a: 'image', b: 'image' } }, {}, { labels: { a: 'user' } }).labels).toEqual({
    a: 'user',
    b: 'image',
  });
});

test('volumes: one for each, unless the user mounts something there', () => {
  const mine: MountConfig = { type: 'tmpfs', destination: '/b/', options: [], because: '--tmpfs /b/' };
  const { mounts } = adopt({ Volumes: { '/a': {}, '/b': {}, '/../c/../d': {}, e: {} } }, {}, { mounts: [mine] });
  expect(mounts.map(({ type, source, destination }) => [type, source, destination])).toEqual([
    ['tmpfs', undefined, '/b/'],
    ['volume', '', '/a'],
    ['volume', '', '/d'],
    ['volume', '', '/e'],
  ]);
});

test('volumes: as tmpfs, or not at all', () => {
  const volumes = (wanted: 'tmpfs' | 'ignore') => adopt({ Volumes: { '/a': {} } }, { volumes: wanted }).mounts;
  expect(volumes('ignore')).toEqual([]);
  expect(volumes('tmpfs')).toEqual([
    { type: 'tmpfs', destination: '/a', options: ['nosuid', 'nodev'], because: '--image-volume tmpfs' },
  ]);
});

test('the signal that stops it', () => {
  expect(adopt({ StopSignal: 'SIGINT' }).stopSignal).toBe(2);
  expect(adopt({ StopSignal: '10' }).stopSignal).toBe(10);
  expect(adopt({ StopSignal: 'SIGINT' }, { ownStopSignal: true }).stopSignal).toBe(15);
  expect(failure(() => adopt({ StopSignal: 'x\u001b[0m' }))).toBe(
    String.raw`ECONFIG: cannot use image "docker.io/library/app:1": there is no signal "x\x1b[0m", which it wants to be stopped with (hint: choose one with --stop-signal)`,
  );
});

test("a committed config: the container's words over the image's", () => {
  const base = { Entrypoint: ['e'], Cmd: ['c'], Env: ['A=1', 'B=2'], User: 'u', Labels: { l: '1' } };
  const config = sampleConfig({
    command: ['mine'],
    env: { B: '3', C: '4' },
    labels: { m: '2' },
    workdir: '/w',
    stopSignal: 2,
  });
  expect(committedRuntime(base, config)).toEqual({
    Entrypoint: ['e'],
    Cmd: ['mine'],
    Env: ['A=1', 'B=3', 'C=4'],
    User: 'u',
    Labels: { l: '1', m: '2' },
    WorkingDir: '/w',
    StopSignal: 'SIGINT',
  });
  const exposed = [{ protocol: 'udp', containerPort: 53 }] as const;
  expect(committedRuntime({ ExposedPorts: { '80/tcp': {} } }, sampleConfig({ exposed })).ExposedPorts).toEqual({
    '80/tcp': {},
    '53/udp': {},
  });
  expect(committedRuntime(base, sampleConfig({ command: [], entrypoint: ['mine'] }))).toMatchObject({
    Entrypoint: ['mine'],
    Cmd: [],
  });
});

test('a committed history has a step for each layer', () => {
  const base = {
    ...says({}),
    rootfs: { type: 'layers' as const, diff_ids: ['a', 'b'] },
    history: [{ created_by: '1' }],
  };
  const words = { created: 'now', createdBy: 'sh', squashed: false };
  const whole = committedConfig(base, {}, 'c', { ...words, author: 'me', message: 'why' });
  expect(whole.rootfs.diff_ids).toEqual(['a', 'b', 'c']);
  expect(whole.history).toEqual([
    { created_by: '1' },
    {},
    { created: 'now', created_by: 'sh', author: 'me', comment: 'why' },
  ]);
  const squashed = committedConfig(base, {}, 'c', { ...words, squashed: true });
  expect([squashed.rootfs.diff_ids, squashed.history]).toEqual([['c'], [{ created: 'now', created_by: 'sh' }]]);
});

test.each([
  ['etc/hosts', true],
  ['etc/hosts.allow', false],
  ['dev/null', true],
  ['device', false],
  ['data', true],
  ['data/x', true],
  ['database', false],
  ['usr/bin', false],
])('what the engine put there: %s is %p', (path, expected) => {
  const mounts: MountConfig[] = [{ type: 'volume', source: '', destination: '/data/', options: [], because: '' }];
  expect(ownFiles({ mounts, readOnly: false, readOnlyTmpfs: true })(path)).toBe(expected);
});
