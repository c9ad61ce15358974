import { LimpidError } from '../../base/error.ts';
import type { ByteText } from './entry.ts';

const SHOWN = 100;

/** Code `ETAR`: these bytes are no archive that can be read, or none that may be. */
export function tarError(why: string): LimpidError {
  return new LimpidError({ code: 'ETAR', doing: 'read', subject: 'the archive', why });
}

/** A name from an archive for a message: as UTF-8 where it is, in quotes, shortened. */
export function showName(name: ByteText): string {
  const text = new TextDecoder().decode(Uint8Array.from(name, (char) => char.charCodeAt(0)));
  return `"${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}"`;
}
