export const BLOCK = 512;
/** The largest that eleven octal digits can say. */
const OCTAL_LIMIT = 8 ** 11;

export interface Member {
  readonly path: string;
  readonly type?: 'file' | 'directory' | 'symlink';
  readonly size?: number;
  readonly mode?: number;
  /** Of a symlink. */
  readonly target?: string;
}

const TYPES = { file: '0', symlink: '2', directory: '5' } as const;

/** A ustar header of something that belongs to root and was never changed: the same for the same image. */
export function memberHeader({ path, type = 'file', size = 0, mode = 0o644, target = '' }: Member): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0, 100, 'latin1');
  block.write(`${mode.toString(8).padStart(7, '0')}\0${'0000000\0'.repeat(2)}`, 100, 'latin1');
  if (size < OCTAL_LIMIT) block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else {
    // GNU's base 256, which every tar of today reads.
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  // mtime, and the sum's own field as spaces.
  block.write(`00000000000\0${' '.repeat(8)}${TYPES[type]}`, 136, 'latin1');
  block.write(target, 157, 100, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Zeros up to the next block. */
export function memberPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}
