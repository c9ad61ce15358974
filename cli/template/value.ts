import { printableJson } from '../../base/printable.ts';

/**
 * Go's view of JavaScript values: an object without a prototype is a map (`asMap`), another object a struct, whose fields
 * are its own properties; functions among them are methods.
 */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;
}

/** The same entries as a map: a missing key is `<no value>` in a template, not an error. */
export function asMap<T>(entries: Readonly<Record<string, T>>): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, entries);
}

/** A document with each object under one of these keys as a map: what stands there has the user's keys, not ours. */
export function withMaps(value: unknown, keys: ReadonlySet<string>, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withMaps(item, keys));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withMaps(item, keys, name)]));
  return keys.has(key) ? asMap(entries) : entries;
}

export function isStruct(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isMap(value);
}

export function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** What `if`, `with`, `and`, `or` and `not` take for true. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return typeof value === 'number' ? value !== 0 : Boolean(value);
}

/** The type's name in messages, and what `printf "%T"` prints. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (Array.isArray(value)) return '[]interface {}';
  return typeof value === 'function' ? 'func' : isMap(value) ? 'map[string]interface {}' : 'struct';
}

/** A value as `%v` prints it: `[a b]`, `map[k:v]`, `{a b}`, `<nil>`. */
export function printValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(printValue).join(' ')}]`;
  if (isMap(value))
    return `map[${sortedEntries(value)
      .map(([key, item]) => `${key}:${printValue(item)}`)
      .join(' ')}]`;
  if (!isStruct(value)) return typeof value === 'function' ? '<func>' : String(value as string | number);
  const fields = Object.values(value).filter((item) => typeof item !== 'function');
  return `{${fields.map(printValue).join(' ')}}`;
}

export function sortedEntries(map: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** JSON as Go's encoder writes it: maps by key. `indent` is for people. */
export function toJson(value: unknown, indent?: string): string {
  return printableJson(JSON.stringify(value, inGoOrder, indent) ?? 'null');
}

function inGoOrder(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return isMap(value) ? Object.fromEntries(sortedEntries(value)) : value;
}
