import { expect, test } from 'bun:test';
import { unexpectedSkips } from './check-skips.ts';

const skipped = (name: string) => ({ file: 'a.test.ts', name, outcome: 'skipped', message: '', seconds: 0 }) as const;

test('a skip that names what the world lacks is expected', () => {
  expect(unexpectedSkips('host-v1', [skipped('io.max (needs cgroup v2)')])).toEqual([]);
});

test('a skip for what the world has, or for no reason, is not', () => {
  const skips = [skipped('io.max (needs cgroup v2)'), skipped('something')];
  expect(unexpectedSkips('guest-v2', skips)).toEqual([
    'a.test.ts: "io.max (needs cgroup v2)" is skipped, but guest-v2 should have cgroup v2',
    'a.test.ts: "something" is skipped without naming what it needs',
  ]);
});

test('nor is a skip for what the distribution does not have', () => {
  const skips = [skipped('umoci (needs umoci)'), skipped('skopeo (needs skopeo)')];
  expect(unexpectedSkips('host-v2', skips, ['criu', 'umoci'])).toEqual([
    'a.test.ts: "skopeo (needs skopeo)" is skipped, but host-v2 should have skopeo',
  ]);
});

test('what passed or failed is none of its business', () => {
  expect(unexpectedSkips('host-v2', [{ ...skipped('x'), outcome: 'failed' }])).toEqual([]);
});
