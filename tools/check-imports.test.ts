import { expect, test } from 'bun:test';
import { importBreaches } from './check-imports.ts';

test('an import that the table allows is no breach', () => {
  expect(importBreaches('plan/launch.ts', "import { OPS } from './ops.ts';\nimport { X } from '../abi/x.ts';")).toEqual(
    [],
  );
});

test('a type-only import counts', () => {
  expect(importBreaches('abi/x.ts', "\nimport type { Op } from '../plan/ops.ts';")).toEqual([
    'abi/x.ts:2: imports plan/ops.ts; abi/ may import base/. Mend: plan/ stands above abi/: take it as an argument or a callback',
  ]);
});

test('the faces reach the kernel through the engine', () => {
  expect(importBreaches('cli/handlers/run.ts', "await import('../../kernel/files.ts')")).toEqual([
    'cli/handlers/run.ts:1: imports kernel/files.ts; cli/ may import base/ spec/ engine/ anatomy/ runtime/. ' +
      'Mend: move the shared part down into base/, or let a room above both bring them together',
  ]);
});

test('a pure room has no clock and no runtime of its own, its tests may', () => {
  expect(importBreaches('plan/x.ts', 'const now = Date.now();')).toEqual([
    'plan/x.ts:1: plan/ is pure, and "Date.now" is not. Mend: take the value as an argument',
  ]);
  expect(importBreaches('spec/x.ts', "import { readFileSync } from 'node:fs';")).toEqual([
    'spec/x.ts:1: spec/ is pure and imports "node:fs". Mend: let kernel/ do it and hand the result in',
  ]);
  expect(importBreaches('plan/x.test.ts', "import fc from 'fast-check';\nDate.now();")).toEqual([]);
});

test('comments and what is no room are left alone', () => {
  expect(importBreaches('abi/x.ts', " * as in import { x } from '../plan/ops.ts'")).toEqual([]);
  expect(importBreaches('tools/x.ts', "import '../cli/main.ts'")).toEqual([]);
});
