import { LimpidError } from '../../base/error.ts';

const CONTROL = 'ctrl-';
const CONTROLLABLE = 'abcdefghijklmnopqrstuvwxyz@[\\]^_';

/** Byte values of `--detach-keys`: single characters and `ctrl-X`, with commas between; none for an empty text. */
export function parseDetachKeys(text: string): number[] {
  if (text === '') return [];
  return text.split(',').map((key) => {
    const letter = key.toLowerCase().slice(CONTROL.length);
    // Bytes of `ctrl-@` to `ctrl-_`: the letter's lowest five bits.
    if (key.toLowerCase().startsWith(CONTROL) && letter.length === 1 && CONTROLLABLE.includes(letter))
      return letter.toUpperCase().charCodeAt(0) & 0x1f;
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
