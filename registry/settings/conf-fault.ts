import { LimpidError } from '../../base/error.ts';

/** A settings file that cannot be used: the field where there is one, and the file. */
export function confFault(file: string, path: string, why: string): LimpidError {
  const subject = path === '' ? `"${file}"` : `"${path}" of "${file}"`;
  return new LimpidError({ code: 'ECONF', doing: 'use', subject, why });
}
