import { LimpidError } from '../../base/error.ts';
import { parseSignal } from '../../engine/kernel-words.ts';

/** The number of a signal that the command line names. Throws EOPTION. */
export function signalNumber(text: string): number {
  const signal = parseSignal(text);
  if (signal !== undefined) return signal;
  const subject = `signal "${text}"`;
  throw new LimpidError({ code: 'EOPTION', doing: 'send', subject, why: 'there is no such signal' });
}
