/** In the guests everything takes ten times as long, and more while the machine has other work. */
const DEADLINE_S = process.env['GUEST_WORLD'] === undefined ? 60 : 200;

/**
 * Waits for a fact that no event tells of: looks until `look` answers something that is not undefined or false,
 * and throws after 60 s (in a guest 200), with what was seen last where it answers `{ butSaw }`.
 */
export async function until<T>(what: string, look: () => T | Promise<T>): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = performance.now() + DEADLINE_S * 1000;
  for (;;) {
    const seen = await look();
    const isRefusal = typeof seen === 'object' && seen !== null && 'butSaw' in seen;
    if (seen !== undefined && seen !== null && seen !== false && !isRefusal)
      return seen as Exclude<NonNullable<T>, false>;
    if (performance.now() > deadline) {
      throw new Error(
        `waited ${DEADLINE_S} s for: ${what}${isRefusal ? `\n${(seen as { butSaw: string }).butSaw}` : ''}`,
      );
    }
    await Bun.sleep(2);
  }
}
