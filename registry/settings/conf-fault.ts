import { LimpidError } from '../../base/error.ts';

/** A settings file that cannot be used: the field where there is one, and the file. */
export function confFault(file: string, path: string, why: string): LimpidError {
  const subject = path === '' ? `"${file}"` : `"${path}" of "${file}"`;
  return new LimpidError({ code: 'ECONF', doing: 'use', subject, why });
}

/** A place that begins with `https://` would match no name: what it blocks would be let in. */
export function refuseScheme(name: string, path: string, file: string): void {
  if (name.includes('://')) throw confFault(file, path, `"${name}" has a scheme, where a host is wanted`);
}
