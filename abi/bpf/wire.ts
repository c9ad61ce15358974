import type { BpfInstruction } from './instruction.ts';

/** sizeof(struct sock_filter). */
export const SOCK_FILTER_SIZE = 8;

/** Encodes instructions as an array of struct sock_filter, little-endian: u16 code, u8 jt, u8 jf, u32 k. */
export function encodeBpf(program: readonly BpfInstruction[]): Uint8Array {
  // Both architectures are little-endian.
  const words = new Uint32Array(program.length * 2);
  for (let index = 0; index < program.length; index++) {
    const { code, jt, jf, k } = program[index]!;
    if (jt < 0 || jt > 255 || jf < 0 || jf > 255) throw new RangeError(`instruction ${index} jumps too far`);
    words[2 * index] = code | (jt << 16) | (jf << 24);
    words[2 * index + 1] = k;
  }
  return new Uint8Array(words.buffer);
}

/** Decodes an array of struct sock_filter. Throws RangeError if it is not a whole number of them. */
export function decodeBpf(bytes: Uint8Array): BpfInstruction[] {
  if (bytes.length % SOCK_FILTER_SIZE !== 0) throw new RangeError(`${bytes.length} bytes are no whole BPF program`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const program: BpfInstruction[] = [];
  for (let at = 0; at < bytes.length; at += SOCK_FILTER_SIZE) {
    program.push({
      code: view.getUint16(at, true),
      jt: view.getUint8(at + 2),
      jf: view.getUint8(at + 3),
      k: view.getUint32(at + 4, true),
    });
  }
  return program;
}
