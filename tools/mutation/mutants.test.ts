import { expect, test } from 'bun:test';
import { findMutants } from './mutants.ts';

const changes = (source: string): string[] => findMutants('x.ts', source).map(({ change }) => change);

test.each([
  ['f(a < b)', ['f(a < b) → removed', 'a < b → a <= b', 'a < b → a >= b']],
  ['x = !a', ['x = !a → removed', '!a → a']],
  ['const x = a && b;', ['a && b → a || b', 'a && b → a', 'a && b → b']],
  ['const x = a ?? b;', ['a ?? b → a']],
  ['const x = c ? 1 : 2;', ['c → true', 'c → false', '1 → 1 + 1', '2 → 2 + 1']],
  ['const x = await f();', ['await f() → f()']],
  ['while (more) f?.();', ['more → false', 'f?.(); → removed']],
  ["const x = ['a', ...b];", ["['a', ...b] → [...b]", "['a', ...b] → ['a']", "'a' → ''"]],
  ['const x = /^a$/u;', ['/^a$/u → /a$/u', '/^a$/u → /^a/u']],
  ['const x = 5n + y;', ['5n + y → 5n - y', '5n → 5n + 1n']],
  ['const x = `a ${b + 1}`;', ["`a ${b + 1}` → ''", 'b + 1 → b - 1', '1 → 1 + 1']],
  ["const x = 'a' + b;", ["'a' → ''"]],
  ['flags |= FLAG;', ['flags |= FLAG; → removed', 'flags |= FLAG → flags &= FLAG']],
  ['function f() { throw y; }', ['throw y; → removed']],
])('%s', (source, expected) => {
  expect(changes(source)).toEqual(expected);
});

test('names, types and imports are no code that runs', () => {
  const source = `
    import x from './x.ts' with { type: 'json' };
    export { y } from './y.ts';
    type T = 'a' | 1;
    const o = { 'a-b': z as 'c' } satisfies Record<'d', boolean>;
    interface I { readonly e: 'f' }
    function g(this: 'h', i: 'j'): 'k' { String.raw\`l\`; }`;
  expect(changes(source)).toEqual(['String.raw`l`; → removed']);
});

test('a long table loses its first, its middle and its last row', () => {
  const rows = Array.from({ length: 25 }, (_, at) => `r${at}`);
  const texts = findMutants('x.ts', `const t = [${rows.join(', ')}];`).map(({ text }) => text!.match(/r\d+/g)!);
  expect(texts.map((left) => rows.filter((row) => !left.includes(row)))).toEqual([['r0'], ['r12'], ['r24']]);
});

test('a mutant knows its line, and a source that does not parse is refused', () => {
  expect(findMutants('x.ts', 'const a = b;\na();\n').map(({ line }) => line)).toEqual([2]);
  expect(() => findMutants('x.ts', 'const = 1')).toThrow('cannot parse "x.ts"');
});
