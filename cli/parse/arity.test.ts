import { expect, test } from 'bun:test';
import { checkArity } from './arity.ts';

const RM = { min: 1, what: 'a container', instead: { all: { min: 0, max: 0 }, cidfile: { min: 0 } } };

test('takes what fits', () => {
  checkArity('limpid rm', RM, ['a', 'b'], []);
  checkArity('limpid rm', RM, [], ['all']);
  checkArity('limpid rm', RM, ['a'], ['cidfile']);
});

test('says what is missing and what is too much', () => {
  expect(() => checkArity('limpid rm', RM, [], ['force'])).toThrow(
    'cannot run "limpid rm": a container is missing (hint: name one, or give --all, --cidfile)',
  );
  expect(() => checkArity('limpid rm', RM, ['a'], ['all'])).toThrow(
    'cannot run "limpid rm": --all and the argument "a" exclude each other',
  );
  expect(() => checkArity('limpid ps', { min: 0, max: 0, what: '' }, ['x'], [])).toThrow(
    'cannot run "limpid ps": it takes no arguments, got "x"',
  );
  expect(() => checkArity('limpid attach', { min: 1, max: 1, what: 'a container' }, ['x', 'y'], [])).toThrow(
    'cannot run "limpid attach": "y" is one argument too many',
  );
});
