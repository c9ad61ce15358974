import { expect, test } from 'bun:test';
import { descriptorEntry, entryDescriptor, type ImageEntry } from './entry.ts';
import { withNames, withoutNames } from './names.ts';

const image = (id: string): ImageEntry => ({
  id,
  manifest: { mediaType: 'm', digest: `manifest-${id}`, size: 1 },
  platform: { os: 'linux', architecture: 'amd64' },
  created: '',
  sizeBytes: 0,
});
const shown = (entries: readonly ImageEntry[]) => entries.map(({ name = '-', id }) => `${name} ${id}`);

test('a name moves to the newer image, and the older one stays without', () => {
  const first = withNames([], image('a'), ['x:1']);
  expect(shown(first)).toEqual(['x:1 a']);
  expect(shown(withNames(first, image('b'), ['x:1']))).toEqual(['- a', 'x:1 b']);
  expect(shown(withNames(first, image('a'), ['x:1', 'y:1']))).toEqual(['x:1 a', 'y:1 a']);
});

test('an older image that has another name keeps only that', () => {
  const both = withNames([], image('a'), ['x:1', 'y:1']);
  expect(shown(withNames(both, image('b'), ['x:1']))).toEqual(['y:1 a', 'x:1 b']);
});

test('without a name there is one entry, however often it comes', () => {
  const once = withNames([], image('a'), []);
  expect(shown(withNames(once, image('a'), []))).toEqual(['- a']);
  expect(shown(withNames(once, image('a'), ['x:1']))).toEqual(['x:1 a']);
});

test('taking names away', () => {
  const both = withNames([], image('a'), ['x:1', 'y:1']);
  expect(shown(withoutNames(both, new Set(['x:1'])))).toEqual(['y:1 a']);
  expect(shown(withoutNames(both, new Set(['x:1', 'y:1'])))).toEqual(['- a']);
});

test('an entry is a descriptor with annotations, and what others wrote is not one', () => {
  const entry: ImageEntry = {
    ...image('sha256:a'),
    name: 'x:1',
    created: '2026-01-02T03:04:05Z',
    sizeBytes: 7,
    index: 'i',
  };
  expect(descriptorEntry(entryDescriptor(entry))).toEqual(entry);
  expect(descriptorEntry(entryDescriptor(image('b')))).toEqual(image('b'));
  expect(entryDescriptor(entry).annotations?.['org.opencontainers.image.ref.name']).toBe('x:1');
  expect(descriptorEntry({ mediaType: 'm', digest: 'd', size: 1 })).toBeUndefined();
});
