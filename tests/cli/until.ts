const DEADLINE_MS = 20_000;

/**
 * Waits for a fact that no event tells of: looks until `look` answers something that is not undefined or false,
 * and throws after 20 s, with what was seen last where it answers `{ butSaw }`.
 */
export async function until<T>(what: string, look: () => T | Promise<T>): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const seen = await look();
    const isRefusal = typeof seen === 'object' && seen !== null && 'butSaw' in seen;
    if (seen !== undefined && seen !== null && seen !== false && !isRefusal)
      return seen as Exclude<NonNullable<T>, false>;
    if (performance.now() > deadline) {
      throw new Error(`waited 20 s for: ${what}${isRefusal ? `\n${(seen as { butSaw: string }).butSaw}` : ''}`);
    }
    await Bun.sleep(2);
  }
}
