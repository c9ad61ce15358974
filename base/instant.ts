import { parseDuration } from './duration.ts';

const RFC3339 = /^\d{4}-\d{2}-\d{2}(?:T\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * The instant, in milliseconds since 1970, meant by `--since` and `--until`: a Go duration before `nowMs`, seconds since
 * 1970, or an RFC 3339 time of which trailing parts may be missing (then in local time). `undefined` where it is none.
 */
export function parseInstant(text: string, nowMs: number): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1e3;
  const duration = parseDuration(text);
  if (duration !== undefined) return nowMs - duration;
  if (!RFC3339.test(text)) return undefined;
  const ms = new Date(completeTime(text)).getTime();
  return Number.isNaN(ms) ? undefined : ms;
}

// ECMAScript reads a date without a time as UTC, and knows no time without minutes.
function completeTime(text: string): string {
  if (!text.includes('T')) return `${text}T00:00`;
  return text.replace(/T(\d{2})(?=$|Z|[+-])/, 'T$1:00');
}
