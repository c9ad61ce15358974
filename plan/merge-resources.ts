import type { Resources } from '../spec/runtime.ts';

/** Limits with changes on top: what is not said stays. The rules for devices are those of the start. */
export function mergeResources(old: Resources, changes: Resources): Resources {
  const both: Record<string, unknown> = { ...old };
  for (const [name, value] of Object.entries(changes)) {
    if (name === 'devices') continue;
    const before = both[name];
    const isObject = typeof value === 'object' && !Array.isArray(value) && typeof before === 'object';
    both[name] = isObject ? { ...before, ...value } : value;
  }
  return both as Resources;
}
