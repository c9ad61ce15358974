import { LimpidError } from '../../base/error.ts';

/** A mistake on the command line: what was read, why it cannot be, and what to do instead. */
export function optionError(subject: string, why: string, hint?: string): LimpidError {
  return new LimpidError({ code: 'EOPTION', doing: 'use', subject, why, ...(hint === undefined ? {} : { hint }) });
}
