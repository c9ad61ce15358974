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

/** A duration in milliseconds as people say it: `3 minutes`, `About an hour` (docker's `units.HumanDuration`). */
export function describeDuration(ms: number): string {
  const seconds = Math.floor(ms / 1e3);
  if (seconds < 1) return 'Less than a second';
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes === 1 ? 'About a minute' : `${minutes} minutes`;
  const hours = Math.floor(ms / 3600e3 + 0.5);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(ms / 3600e3 / 24 / 365)} years`;
}
