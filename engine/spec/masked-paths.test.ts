import { expect, test } from 'bun:test';
import { MASKED_PATHS, planHiddenPaths, READONLY_PATHS } from './masked-paths.ts';
import { Reasons } from './reasons.ts';
import { failure, sampleConfig } from './sample.fixture.ts';

const plan = (unmask: string[], mask: string[] = [], privileged = false) =>
  planHiddenPaths(sampleConfig({ privileged, security: { mask, unmask } }), new Reasons({}));

test('defaults', () => {
  expect(plan([])).toEqual({ maskedPaths: [...MASKED_PATHS], readonlyPaths: [...READONLY_PATHS] });
});

test('unmask', () => {
  expect(plan(['ALL'])).toEqual({ maskedPaths: [], readonlyPaths: [] });
  expect(plan(['all'])).toEqual({ maskedPaths: [], readonlyPaths: [] });
  expect(plan(['/proc/*'])).toEqual({
    maskedPaths: MASKED_PATHS.filter((path) => path.startsWith('/sys')),
    readonlyPaths: [],
  });
  expect(plan(['/proc/sys/:/sys/firmware'])).toEqual({
    maskedPaths: MASKED_PATHS.filter((path) => path !== '/sys/firmware'),
    readonlyPaths: READONLY_PATHS.filter((path) => path !== '/proc/sys'),
  });
  // A star stays within its component, and a dot is a dot.
  expect(plan(['/sys/*', '/proc.kcore'])).toEqual({
    maskedPaths: MASKED_PATHS.filter((path) => path !== '/sys/firmware'),
    readonlyPaths: [...READONLY_PATHS],
  });
});

test('mask wins, and counts for privileged containers too', () => {
  expect(plan(['ALL'], ['/proc/kcore:/opt/secret'])).toEqual({
    maskedPaths: ['/proc/kcore', '/opt/secret'],
    readonlyPaths: [],
  });
  expect(plan([], ['/x'], true)).toEqual({ maskedPaths: ['/x'], readonlyPaths: [] });
  expect(plan([], ['/proc/kcore']).maskedPaths).toEqual([...MASKED_PATHS]);
});

test('only absolute paths', () => {
  expect(failure(() => plan(['proc']))).toBe('EOPTION: cannot unmask "proc": the path is not absolute');
  expect(failure(() => plan([], ['ALL']))).toBe('EOPTION: cannot mask "ALL": the path is not absolute');
});
