import { LimpidError } from '../../base/error.ts';

/** Bytes of `ctrl-@` to `ctrl-_`: the letter's lowest five bits. */
const CONTROL = /^ctrl-([a-z@[\\\]^_])$/;

/** Byte values of `--detach-keys`: single characters and `ctrl-X`, with commas between; none for an empty text. */
export function parseDetachKeys(text: string): number[] {
  if (text === '') return [];
  return text.split(',').map((key) => {
    const control = CONTROL.exec(key.toLowerCase())?.[1];
    if (control !== undefined) return control.toUpperCase().charCodeAt(0) & 0x1f;
    if (/^[\x20-\x7e]$/.test(key)) return key.charCodeAt(0);
    throw new LimpidError({
      code: 'EOPTION',
      doing: 'read',
      subject: `--detach-keys "${text}"`,
      why: `"${key}" is no key`,
      hint: 'write characters or ctrl-X, with commas between: ctrl-p,ctrl-q',
    });
  });
}
