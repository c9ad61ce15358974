import type { Pacing } from '../options.ts';

const TRANSIENT: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Statuses after which the same request may do better. */
export function isTransient(status: number): boolean {
  return TRANSIENT.includes(status);
}

/**
 * Milliseconds to wait before try `next` (2 is the second): what the registry asked for, or a doubled, slightly random
 * delay. `undefined` where it asks for more than is waited here. `random` is within 0 and 1.
 */
export function delayBefore(
  next: number,
  retryAfter: string | null,
  { firstDelayMs, longestDelayMs }: Pick<Pacing, 'firstDelayMs' | 'longestDelayMs'>,
  nowMs: number,
  random: number,
): number | undefined {
  const asked = retryAfter === null ? undefined : parseRetryAfter(retryAfter, nowMs);
  if (asked !== undefined) return asked > longestDelayMs ? undefined : asked;
  return Math.min(longestDelayMs, firstDelayMs * 2 ** (next - 2) * (0.75 + random / 2));
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function parseRetryAfter(text: string, nowMs: number): number | undefined {
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
