/** Each statement and program of the OCI's runtime-tools is shown by a test of ours. */
import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { GUEST_TESTS } from '../../tools/guest-tests.ts';
import { NOT_SHOWN, PROGRAMS, STATEMENTS } from './oci-statement.ts';

const directory = new URL('.', import.meta.url).pathname;
const named = new Set(
  readdirSync(directory)
    .filter((name) => /^(?:conformance|runtime)-.*\.test\.ts$/.test(name))
    .map((name) => readFileSync(`${directory}${name}`, 'utf8'))
    .flatMap((text) => [...text.matchAll(/'(\w+)'/g)].map(([, word]) => word!)),
);

test('statements', () => {
  expect(Object.keys(STATEMENTS).filter((name) => !named.has(name))).toEqual([]);
});

test('programs', () => {
  expect(PROGRAMS.filter((name) => !named.has(name))).toEqual([]);
});

/** The tests of a file, each as its text. */
function testsIn(file: string): string[] {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  return text.split(/^(?= {0,4}(?:shows|test|describe|for)\b)/m);
}

test('each of them on cgroup v2, in the guest', () => {
  const shown = new Set(
    GUEST_TESTS.filter(({ file, only }) => /\/(?:conformance|runtime)-/.test(file) && only === undefined)
      .flatMap(({ file, except = [] }) => testsIn(file).filter((text) => !except.some((words) => text.includes(words))))
      .flatMap((text) => [...text.matchAll(/'(\w+)'/g)].map(([, word]) => word!)),
  );
  expect([...Object.keys(STATEMENTS), ...PROGRAMS].filter((name) => !shown.has(name))).toEqual([]);
});

test('none is both shown and left out, and there are as many as runtime-tools has', () => {
  expect(Object.keys(NOT_SHOWN).filter((name) => name in STATEMENTS)).toEqual([]);
  expect(Object.keys(STATEMENTS).length + Object.keys(NOT_SHOWN).length).toBe(ALL);
});

/** Of specerror/, as of version 0.9.0: all but the two that stand for no statement. */
const ALL = 120;
