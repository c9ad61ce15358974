/**
 * What was computed for one container, with blanks for what is its own: pieces of one letter each, which
 * native/again_fill.c fills in.
 *   = and a u32 and so many bytes   as they are
 *   ( and )                         around an argument of a plan: its length, a u32, comes before it
 *   i s n c t v a b m               `BLANK`
 */
export const BLANK = {
  id: 'i',
  /** The first twelve digits of it. */
  shortId: 's',
  name: 'n',
  created: 'c',
  /** When it was started, in ns since the epoch. */
  started: 't',
  hostInterface: 'v',
  address: 'a',
  addressBytes: 'b',
  /** In pairs of digits with colons between, as in a MAC address. */
  addressHex: 'm',
} as const;

/** A text that is one container's own, and the pieces that stand for it. */
export interface Own {
  readonly text: Uint8Array;
  readonly pieces: readonly Piece[];
}

/** Bytes that stay as they are, or the letter of a piece. */
export type Piece = Uint8Array | string;

/** Something of a container's own, where it stands between these texts. */
export function own(blank: string, text: string | Uint8Array, { before = '', after = '' } = {}): Own {
  const [head, tail] = [Buffer.from(before), Buffer.from(after)];
  return { text: Buffer.concat([head, Buffer.from(text as string), tail]), pieces: [head, blank, tail] };
}

/** The pieces of some bytes; of two texts that begin in the same place, the one that comes first in the list is meant. */
export function cutOut(bytes: Uint8Array, owns: readonly Own[]): Piece[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const pieces: Piece[] = [];
  for (let at = 0; ;) {
    let found: Own | undefined;
    let next = bytes.length;
    for (const one of owns) {
      const place = buffer.indexOf(one.text, at);
      if (place >= 0 && place < next) [next, found] = [place, one];
    }
    pieces.push(bytes.subarray(at, next));
    if (found === undefined) return pieces;
    pieces.push(...found.pieces);
    at = next + found.text.length;
  }
}

/** As they are written down, neighbours joined. */
export function encodePieces(pieces: readonly Piece[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let literal: Uint8Array[] = [];
  const finish = () => {
    const bytes = Buffer.concat(literal);
    literal = [];
    if (bytes.length > 0) parts.push(Buffer.from('='), u32(bytes.length), bytes);
  };
  for (const piece of pieces) {
    if (typeof piece !== 'string') literal.push(piece);
    else {
      finish();
      parts.push(Buffer.from(piece));
    }
  }
  finish();
  return Buffer.concat(parts);
}

export function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
