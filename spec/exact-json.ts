/**
 * Parses JSON; the registers that a filter compares (`value` and `valueTwo` of linux.seccomp) keep all of their 64 bits,
 * as bigints where a double does not hold them. Throws as JSON.parse does.
 */
export function parseExactly(json: string): unknown {
  const parsed = JSON.parse(json) as { readonly linux?: { readonly seccomp?: unknown } } | null;
  // The reviver is ten times dearer, and nearly no document needs it.
  const hasLarge = Boolean(parsed?.linux?.seccomp) && /\d{16}/.test(json);
  return hasLarge ? JSON.parse(json, keepRegisters) : parsed;
}

function keepRegisters(key: string, value: unknown, context?: { source?: string }): unknown {
  if ((key !== 'value' && key !== 'valueTwo') || typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return context?.source !== undefined && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
}
