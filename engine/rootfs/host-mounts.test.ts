import { expect, test } from 'bun:test';
import { planMounts } from '../spec/mounts.ts';
import { Reasons } from '../spec/reasons.ts';
import { SAMPLE_INPUTS, sampleConfig } from '../spec/sample.fixture.ts';
import { selectHostMounts } from './host-mounts.ts';

const FILESYSTEMS = 'nodev\tsysfs\nnodev\ttmpfs\n\text4\n\txfs\n\tvfat\nnodev\toverlay\n';
const mount = (id: number, parent: number, place: string, type: string) =>
  `${id} ${parent} 8:1 / ${place} rw - ${type} /dev/x rw\n`;
const ROOT = mount(1, 0, '/', 'ext4');

test('disks below the root, each once, the topmost of those below each other', () => {
  const mountinfo =
    ROOT + mount(2, 1, '/home', 'xfs') + mount(3, 2, '/home/a', 'ext4') + mount(4, 1, '/usr\\040x', 'vfat');
  expect(selectHostMounts(mountinfo, FILESYSTEMS)).toEqual(['/home', '/usr x']);
});

test('nothing without a disk, and nothing that the container gets anew', () => {
  const others = [
    mount(2, 1, '/tmp', 'tmpfs'),
    mount(3, 1, '/var/lib/c/merged', 'overlay'),
    mount(4, 1, '/run/media', 'ext4'),
    mount(5, 1, '/dev/x', 'ext4'),
  ];
  expect(selectHostMounts(ROOT + others.join(''), FILESYSTEMS)).toEqual([]);
});

test('not what another mount lies over', () => {
  const hidden = mount(2, 1, '/a', 'ext4') + mount(3, 2, '/a/b', 'ext4') + mount(4, 2, '/a', 'tmpfs');
  expect(selectHostMounts(ROOT + hidden, FILESYSTEMS)).toEqual([]);
  expect(selectHostMounts(ROOT + mount(2, 1, '/a', 'tmpfs') + mount(3, 2, '/a', 'ext4'), FILESYSTEMS)).toEqual(['/a']);
});

test('a disk below a tmpfs, and what a virtual machine shares', () => {
  const mountinfo =
    ROOT + mount(2, 1, '/mnt', 'tmpfs') + mount(3, 2, '/mnt/disk', 'ext4') + mount(4, 1, '/host', 'virtiofs');
  expect(selectHostMounts(mountinfo, FILESYSTEMS)).toEqual(['/host', '/mnt/disk']);
});

test('they are mounted read-only, below what the user mounts and without what the container has of its own', () => {
  const bind = {
    type: 'bind',
    source: '/srv',
    destination: '/home/a',
    options: [],
    because: '-v /srv:/home/a',
  } as const;
  const tmpfs = { type: 'tmpfs', destination: '/opt', options: [], because: '--tmpfs /opt' } as const;
  const inputs = { ...SAMPLE_INPUTS, hostMounts: ['/etc/hosts', '/home', '/opt/x'] };
  const mounts = planMounts(sampleConfig({ mounts: [bind, tmpfs] }), inputs, new Reasons({}));
  expect(mounts.find(({ destination }) => destination === '/home')).toEqual({
    destination: '/home',
    type: 'bind',
    source: '/home',
    options: ['rbind', 'rprivate', 'ro', 'rro'],
  });
  const places = mounts.map(({ destination }) => destination);
  expect(places.indexOf('/home')).toBeLessThan(places.indexOf('/home/a'));
  expect(places).not.toContain('/opt/x');
  expect(mounts.filter(({ destination }) => destination === '/etc/hosts').map(({ source }) => source)).toEqual([
    SAMPLE_INPUTS.files['/etc/hosts']!,
  ]);
});
