import { expect, test } from 'bun:test';
import { instrument } from './instrument.ts';
import { findMutants } from './mutants.ts';
import { installSwitch } from './switch.ts';

const SOURCE = `
  const seen = [];
  for (const n of [1, 20]) { if (n > limit && n < 9 + limit) continue; seen.push(n * 2); }
  if (seen.length > 5) throw new Error('many');
  return seen.join('-') + (limit === 10 ? \`!\${seen.length}\` : '');`;

/** What the source answers with each of its mutants on, without one first. */
function answers(limit: number): Map<string, unknown> {
  // Within a function, as it returns; the offsets are of the whole text.
  const whole = `function f(limit) {${SOURCE}}`;
  const mutants = findMutants('x.js', whole).map((mutant, id) => ({ ...mutant, id }));
  const mutantSwitch = installSwitch(mutants.length);
  const run = new Function(`${instrument(whole, mutants)}; return f;`)() as (limit: number) => unknown;
  const answer = (id: number): unknown => {
    mutantSwitch.turn(id, 1000);
    try {
      return run(limit);
    } catch (error) {
      return String(error);
    }
  };
  return new Map([['', answer(-1)], ...mutants.map(({ id, change }) => [change, answer(id)] as const)]);
}

test('no mutant changes what the source answers until it is on, and then only itself', () => {
  const at10 = answers(10);
  expect(at10.get('')).toBe('2-40!2');
  expect(at10.get('[1, 20] → [20]')).toBe('40!1');
  expect(at10.get('n * 2 → n / 2')).toBe('0.5-10!2');
  expect(at10.get('n > limit && n < 9 + limit → n > limit')).toBe('2!1');
  expect(at10.get('seen.push(n * 2); → removed')).toBe('!0');
  expect(at10.get('5 → 5 + 1')).toBe('2-40!2');
  expect(at10.get('seen.length > 5 → true')).toBe('Error: many');
  expect(at10.get('limit === 10 → limit !== 10')).toBe('2-40');
  const at15 = answers(15);
  expect(at15.get('')).toBe('2');
  expect(at15.get('continue; → removed')).toBe('2-40');
  expect(at15.get('n > limit && n < 9 + limit → n > limit || n < 9 + limit')).toBe('');
});

test('the switch tells what was passed, and ends what has no end', () => {
  const mutantSwitch = installSwitch(3);
  const { __mutant } = globalThis as unknown as { __mutant: (id: number) => boolean };
  mutantSwitch.turn(2);
  expect([__mutant(0), __mutant(2), __mutant(0)]).toEqual([false, true, false]);
  expect([mutantSwitch.reached(), mutantSwitch.calls()]).toEqual([[0, 2], 3]);
  mutantSwitch.turn(1, 2);
  expect(mutantSwitch.reached()).toEqual([]);
  expect([__mutant(1), __mutant(1)]).toEqual([true, true]);
  expect(() => __mutant(1)).toThrow('the mutant passed 2 places');
});
