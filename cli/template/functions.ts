import { compareValues, equalValues } from './compare.ts';
import { FunctionFailure } from './function-failure.ts';
import { formatPrintf } from './printf.ts';
import { isMap, isTrue, printValue, toJson, typeName } from './value.ts';

/** A function of templates. A FunctionFailure that it throws becomes an ETEMPLATE. */
export type TemplateFunction = (...args: readonly unknown[]) => unknown;

/** Go's own functions (text/template, "Functions"); `and` and `or` are with the evaluator, which stops early. */
const GO_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  not: (value) => !isTrue(value),
  eq: (value, ...others) => atLeast(1, others) && others.some((other) => equalValues(value, other)),
  ne: (a, b) => !equalValues(a, b),
  lt: (a, b) => compareValues(a, b) < 0,
  le: (a, b) => compareValues(a, b) <= 0,
  gt: (a, b) => compareValues(a, b) > 0,
  ge: (a, b) => compareValues(a, b) >= 0,
  index: (value, ...keys) => keys.reduce(indexValue, value),
  slice: sliceValue,
  len: lengthOf,
  print: (...values) =>
    values.map((value, i) => (i > 0 && bothNotText(values[i - 1], value) ? ' ' : '') + printValue(value)).join(''),
  println: (...values) => `${values.map(printValue).join(' ')}\n`,
  printf: (format, ...args) => formatPrintf(textOf(format), args),
  html: (value) => printValue(value).replaceAll(/[<>&'"]/g, (letter) => `&#${letter.charCodeAt(0)};`),
  js: (value) => JSON.stringify(printValue(value)).slice(1, -1),
  urlquery: (value) => encodeURIComponent(printValue(value)),
  call: (method, ...args) =>
    typeof method === 'function'
      ? (method as TemplateFunction)(...args)
      : fail(`non-function of type ${typeName(method)}`),
};

/** What docker and podman add for `--format`. */
const FORMAT_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  json: (value) => toJson(value),
  join: (list, separator = '') => listOf(list).map(printValue).join(textOf(separator)),
  split: (text, separator) => textOf(text).split(textOf(separator)),
  upper: (text) => textOf(text).toUpperCase(),
  lower: (text) => textOf(text).toLowerCase(),
  title: (text) =>
    textOf(text).replaceAll(
      /(^|[^\p{L}\p{Nd}_'])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    ),
  truncate: (text, length) => [...textOf(text)].slice(0, countOf(length)).join(''),
  pad: (text, before, after) =>
    textOf(text) === '' ? '' : ' '.repeat(countOf(before)) + textOf(text) + ' '.repeat(countOf(after)),
};

export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map(
  Object.entries({ ...GO_FUNCTIONS, ...FORMAT_FUNCTIONS }),
);

/** Names that a template may call. */
export const FUNCTION_NAMES: ReadonlySet<string> = new Set([...FUNCTIONS.keys(), 'and', 'or']);

function indexValue(value: unknown, key: unknown): unknown {
  if (value === null || value === undefined) return fail('index of untyped nil');
  if (isMap(value))
    return typeof key === 'string' ? entryOf(value, key) : fail(`value has type ${typeName(key)}; should be string`);
  if (!Array.isArray(value)) return fail(`can't index item of type ${typeName(value)}`);
  if (typeof key !== 'number' || !Number.isInteger(key))
    return fail(`cannot index slice/array with type ${typeName(key)}`);
  return key >= 0 && key < value.length ? value[key] : fail(`index out of range: ${key}`);
}

/** A missing one of strings is an empty string, as in Go: labels and annotations are such maps. */
function entryOf(map: Readonly<Record<string, unknown>>, key: string): unknown {
  if (Object.hasOwn(map, key)) return map[key];
  return Object.values(map).every((value) => typeof value === 'string') ? '' : undefined;
}

function sliceValue(value: unknown, from: unknown = 0, to?: unknown): unknown {
  if (typeof value !== 'string' && !Array.isArray(value)) return fail(`can't slice item of type ${typeName(value)}`);
  const end = to === undefined ? value.length : to;
  if (!Number.isInteger(from) || !Number.isInteger(end)) return fail('cannot index slice/array with that type');
  const [first, last] = [from as number, end as number];
  if (first < 0 || last > value.length || first > last)
    return fail(`index out of range: ${first < 0 || first > value.length ? first : last}`);
  return value.slice(first, last);
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return new TextEncoder().encode(value).length;
  if (Array.isArray(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : fail(`len of type ${typeName(value)}`);
}

function bothNotText(a: unknown, b: unknown): boolean {
  return typeof a !== 'string' && typeof b !== 'string';
}

function listOf(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : fail(`expected a list; found ${typeName(value)}`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : fail(`expected string; found ${printValue(value)}`);
}

function countOf(value: unknown): number {
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 10_000;
  return fits ? value : fail(`expected integer; found ${printValue(value)}`);
}

function atLeast(count: number, values: readonly unknown[]): boolean {
  return values.length >= count || fail('missing argument for comparison');
}

function fail(why: string): never {
  throw new FunctionFailure(why);
}
