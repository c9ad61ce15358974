import type { RuntimeSpec } from './runtime.ts';

/** What no text in a spec can hold, so that a marked number is found again. */
const MARK = '\u0000u64:';

/**
 * A spec as JSON that programs with 64-bit integers accept: an unlimited rlimit, which a double only holds rounded up
 * to 2^64, becomes 2^64-1 again, and bigints become numbers.
 */
export function stringifySpec(spec: RuntimeSpec, indent = 2): string {
  const marked = JSON.stringify(spec, (_key, value: unknown) => markLarge(value), indent);
  return marked.replace(/"\\u0000u64:(\d+)"/g, '$1');
}

/** The same for our own readers: a double that was rounded is read as the same again. */
export function compactSpec(spec: RuntimeSpec): string {
  try {
    return JSON.stringify(spec);
  } catch {
    // A bigint.
    return stringifySpec(spec, 0);
  }
}

function markLarge(value: unknown): unknown {
  if (typeof value === 'bigint') return MARK + value;
  return value === 2 ** 64 ? `${MARK}${2n ** 64n - 1n}` : value;
}
