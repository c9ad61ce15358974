const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3600e3,
};

/** Milliseconds of a Go duration (`1h2m3.5s`, `250ms`, `-2s`, `0`), or `undefined` where the text is none. */
export function parseDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  let ms = 0;
  for (const [, number, unit] of rest.matchAll(/([\d.]+)([a-zµμ]+)/g)) {
    ms += Number((Number(number) * UNITS_MS[unit!]!).toFixed(6));
  }
  return sign * ms;
}

/** A duration in milliseconds as Go prints it: `1h2m3s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const abs = Math.abs(ms);
  if (abs < 0.001) return `${sign}${Math.round(abs * 1e6)}ns`;
  if (abs < 1) return `${sign}${Number((abs * 1e3).toFixed(3))}µs`;
  if (abs < 1000) return `${sign}${Number(abs.toFixed(6))}ms`;
  const hours = Math.floor(abs / 3600e3);
  const minutes = Math.floor((abs % 3600e3) / 60e3);
  const seconds = Number(((abs % 60e3) / 1e3).toFixed(9));
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

/**
 * Up to which age, in seconds, what is said of it: a text, or a number and a unit of so many seconds, with what is added
 * before it is divided.
 */
export interface AgeStep {
  readonly below: number;
  readonly words: string;
  readonly per?: number;
  readonly add?: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Hours are rounded, and all that is counted in hours with them. */
const HALF = HOUR / 2;

/** How people say an age, as docker's `units.HumanDuration`. */
export const AGE_STEPS: readonly AgeStep[] = [
  { below: 1, words: 'Less than a second' },
  { below: 2, words: '1 second' },
  { below: MINUTE, words: ' seconds', per: 1 },
  { below: 2 * MINUTE, words: 'About a minute' },
  { below: HOUR, words: ' minutes', per: MINUTE },
  { below: 2 * HOUR - HALF, words: 'About an hour' },
  { below: 2 * DAY - HALF, words: ' hours', per: HOUR, add: HALF },
  { below: 14 * DAY - HALF, words: ' days', per: DAY, add: HALF },
  { below: 60 * DAY - HALF, words: ' weeks', per: 7 * DAY, add: HALF },
  { below: 730 * DAY - HALF, words: ' months', per: 30 * DAY, add: HALF },
  { below: Number.MAX_SAFE_INTEGER, words: ' years', per: 365 * DAY },
];

/** Says how old something is that is from then, in ms since the epoch. */
export type AgeOf = (sinceMs: number) => string;

export function agesAt(nowMs: number): AgeOf {
  return (sinceMs) => describeDuration(Math.max(0, nowMs - sinceMs) || 0);
}

/** A duration in milliseconds as people say it: `3 minutes`, `About an hour`. */
export function describeDuration(ms: number): string {
  const seconds = Math.floor(ms / 1e3);
  const { words, per, add = 0 } = AGE_STEPS.find(({ below }) => seconds < below)!;
  return per === undefined ? words : `${Math.floor((seconds + add) / per)}${words}`;
}
