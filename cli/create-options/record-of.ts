/** The entries as a record. On the way to a start: Object.fromEntries costs its first caller 0.15 ms. */
export function recordOf<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  // Without a prototype `__proto__` is a key like any other.
  const record = Object.create(null) as Record<string, T>;
  for (const [key, value] of entries) record[key] = value;
  return record;
}
