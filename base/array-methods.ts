/**
 * The engine's own array methods that take functions are themselves JavaScript, compiled at the first call: 0.03 to
 * 0.15 ms each, of a start of 15. These come compiled with the program. Imported first by the program, not by the library:
 * what is replaced is everybody's. Arrays without holes, as all of ours are.
 */
type Each = (value: unknown, index: number, array: readonly unknown[]) => unknown;

const METHODS = {
  map(this: readonly unknown[], each: Each): unknown[] {
    const mapped = [];
    for (let i = 0; i < this.length; i++) mapped.push(each(this[i], i, this));
    return mapped;
  },
  filter(this: readonly unknown[], each: Each): unknown[] {
    const kept = [];
    for (let i = 0; i < this.length; i++) if (each(this[i], i, this)) kept.push(this[i]);
    return kept;
  },
  flatMap(this: readonly unknown[], each: Each): unknown[] {
    const all = [];
    for (let i = 0; i < this.length; i++) {
      const some = each(this[i], i, this);
      if (Array.isArray(some)) all.push(...some);
      else all.push(some);
    }
    return all;
  },
  some(this: readonly unknown[], each: Each): boolean {
    for (let i = 0; i < this.length; i++) if (each(this[i], i, this)) return true;
    return false;
  },
  every(this: readonly unknown[], each: Each): boolean {
    for (let i = 0; i < this.length; i++) if (!each(this[i], i, this)) return false;
    return true;
  },
  find(this: readonly unknown[], each: Each): unknown {
    for (let i = 0; i < this.length; i++) if (each(this[i], i, this)) return this[i];
    return undefined;
  },
  findIndex(this: readonly unknown[], each: Each): number {
    for (let i = 0; i < this.length; i++) if (each(this[i], i, this)) return i;
    return -1;
  },
  findLast(this: readonly unknown[], each: Each): unknown {
    for (let i = this.length - 1; i >= 0; i--) if (each(this[i], i, this)) return this[i];
    return undefined;
  },
  findLastIndex(this: readonly unknown[], each: Each): number {
    for (let i = this.length - 1; i >= 0; i--) if (each(this[i], i, this)) return i;
    return -1;
  },
};

for (const [name, value] of Object.entries(METHODS)) {
  // oxlint-disable-next-line no-extend-native
  Object.defineProperty(Array.prototype, name, { value, writable: true, configurable: true, enumerable: false });
}

/** As the engine's own, for pairs. */
Object.fromEntries = <T>(pairs: Iterable<readonly [PropertyKey, T]>): Record<PropertyKey, T> => {
  const object: Record<PropertyKey, T> = {};
  for (const [key, value] of pairs) {
    // Not an assignment, which would set the prototype for one key of all.
    if (key === '__proto__')
      Object.defineProperty(object, key, { value, writable: true, configurable: true, enumerable: true });
    else object[key] = value;
  }
  return object;
};
