import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'bun:test';
import { importersOf } from './importers.ts';

test('a test file that comes to the source by others, or only when it runs, is one of its importers', async () => {
  const root = mkdtempSync(join(tmpdir(), 'limpid-importers-'));
  try {
    const files: Record<string, string> = {
      'far.test.ts': "import { x } from './far.ts'; import './gone.ts'; import 'bun'; x();",
      'far.ts': "import { y } from './circle.ts'; export const x = () => import('./wanted.ts') && y;",
      'circle.ts': "export { x as y } from './far.ts';",
      'wanted.ts': '',
      'types.test.ts': "import type { T } from './wanted.ts'; import './circle-alone.ts'; let t: T;",
      'circle-alone.ts': "import './types.test.ts';",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    const tests = Object.keys(files).filter((name) => name.endsWith('.test.ts'));
    expect(await importersOf(root, tests, (path) => path === 'wanted.ts')).toEqual(['far.test.ts']);
    expect(await importersOf(root, tests, (path) => path === 'circle-alone.ts')).toEqual(['types.test.ts']);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
