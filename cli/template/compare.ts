import { FunctionFailure } from './function-failure.ts';
import { isNumber } from './value.ts';

/** `eq`: of basic values of one kind, or with nil. */
export function equalValues(a: unknown, b: unknown): boolean {
  const [left, right] = [a ?? null, b ?? null];
  if (left === null || right === null) return left === right;
  if (isNumber(left) && isNumber(right)) return Number(left) === Number(right);
  if (!isBasic(left) || !isBasic(right)) throw new FunctionFailure('invalid type for comparison');
  if (typeof left !== typeof right) throw new FunctionFailure('incompatible types for comparison');
  return left === right;
}

/** The order of two numbers or two texts: below, equal to or above 0. */
export function compareValues(a: unknown, b: unknown): number {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  const basic = isBasic(a) && isBasic(b) && typeof a !== typeof b;
  throw new FunctionFailure(basic ? 'incompatible types for comparison' : 'invalid type for comparison');
}

function isBasic(value: unknown): boolean {
  return isNumber(value) || typeof value === 'string' || typeof value === 'boolean';
}
