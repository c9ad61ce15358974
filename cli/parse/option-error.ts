import { LimpidError } from '../../base/error.ts';

/** A mistake on the command line: what was read, why it cannot be, and what to do instead. */
export function optionError(subject: string, why: string, hint?: string): LimpidError {
  return new LimpidError({ code: 'EOPTION', doing: 'use', subject, why, ...(hint === undefined ? {} : { hint }) });
}

/** The code tells it from other mistakes: what podman or Docker have under that name is said in its place. */
export function noSuchOption(subject: string, command: string, hint: string): LimpidError {
  return new LimpidError({ code: 'ENOOPTION', doing: 'use', subject, why: `${command} has no such option`, hint });
}
