import { SIGNALS, SIGRTMAX, SIGRTMIN } from './flags/signal.ts';

const NUMBER_BY_NAME: ReadonlyMap<string, number> = new Map(Object.entries(SIGNALS));

/**
 * The number of a signal written as `SIGTERM`, `TERM`, `term`, `15`, `SIGRTMIN+3` or `RTMAX-1`, or undefined
 * where it is none. 0, which kill(2) takes as a probe, is none here.
 */
export function parseSignal(text: string): number | undefined {
  const named = NUMBER_BY_NAME.get(text);
  if (named !== undefined) return named;
  if (/^\d{1,3}$/.test(text)) return inRange(Number(text));
  const upper = text.toUpperCase();
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  return NUMBER_BY_NAME.get(name) ?? parseRealTime(name);
}

/** The name of a signal, such as `SIGTERM` or `SIGRTMIN+3`; the number itself where it has none. */
export function signalName(signal: number): string {
  for (const [name, number] of NUMBER_BY_NAME) if (number === signal) return name;
  if (signal === SIGRTMIN) return 'SIGRTMIN';
  if (signal === SIGRTMAX) return 'SIGRTMAX';
  return signal > SIGRTMIN && signal < SIGRTMAX ? `SIGRTMIN+${signal - SIGRTMIN}` : String(signal);
}

function parseRealTime(name: string): number | undefined {
  const match = /^SIGRT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (match === null) return undefined;
  const [, base, sign, offset = '0'] = match;
  const number = (base === 'MIN' ? SIGRTMIN : SIGRTMAX) + (sign === '-' ? -1 : 1) * Number(offset);
  return number >= SIGRTMIN && number <= SIGRTMAX ? number : undefined;
}

function inRange(signal: number): number | undefined {
  return signal >= 1 && signal <= SIGRTMAX ? signal : undefined;
}
