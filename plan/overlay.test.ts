import { expect, test } from 'bun:test';
import { mountOverlay } from './overlay.ts';

const place = { target: '/m', flags: 0, because: '', facts: { kernelRelease: '6.5.0-1' } };
const layers = (count: number, directory = '/var/lib/limpid/layers') =>
  Array.from({ length: count }, (_, index) => `${directory}/${String(index).padStart(64, '0')}/diff`);
const writable = { upper: '/u\\,', work: '/w', volatile: true };

test('few layers are options of mount(2)', () => {
  const op = mountOverlay({ lower: layers(40), ...writable }, place);
  expect(op).toMatchObject({ op: 'mount', target: '/m', type: 'overlay' });
  expect(op.op === 'mount' && op.data.endsWith('diff,upperdir=/u\\\\\\,,workdir=/w,volatile')).toBe(true);
});

test('4095 bytes are the limit, not 4095 characters', () => {
  // "lowerdir=" and the path.
  expect(mountOverlay({ lower: [`/${'x'.repeat(4085)}`] }, place).op).toBe('mount');
  expect(mountOverlay({ lower: [`/${'x'.repeat(4086)}`] }, place).op).toBe('overlay');
  expect(mountOverlay({ lower: [`/${'é'.repeat(2043)}`] }, place).op).toBe('overlay');
});

test('many are added one by one, where the kernel takes them so', () => {
  const lower = layers(128);
  expect(mountOverlay({ lower, ...writable }, place)).toEqual({
    op: 'overlay',
    stage: 'host',
    because: '',
    target: '/m',
    lower,
    options: ['upperdir=/u\\\\,', 'workdir=/w', 'volatile'],
    flags: 0,
    byDescriptor: false,
  });
});

test.each([
  ['6.4.99', '/var/lib/limpid/layers', true],
  ['5.10.0', '/var/lib/limpid/layers', true],
  ['6.5.0', '/var/lib/limpid/layers', false],
  ['7.0', '/var/lib/limpid/layers', false],
  // fsconfig(2) takes 255 bytes.
  ['6.18.1', `/${'x'.repeat(184)}`, false],
  ['6.18.1', `/${'x'.repeat(185)}`, true],
])('Linux %s, layers in %s: by descriptor %p', (kernelRelease, directory, byDescriptor) => {
  const op = mountOverlay({ lower: layers(128, directory) }, { ...place, facts: { kernelRelease } });
  expect(op.op === 'overlay' && op.byDescriptor).toBe(byDescriptor);
});
