import type { BpfInstruction } from './instruction.ts';

/** sizeof(struct sock_filter). */
export const SOCK_FILTER_SIZE = 8;

/** Encodes instructions as an array of struct sock_filter, little-endian: u16 code, u8 jt, u8 jf, u32 k. */
export function encodeBpf(program: readonly BpfInstruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * SOCK_FILTER_SIZE));
  program.forEach(({ code, jt, jf, k }, index) => {
    if (jt < 0 || jt > 255 || jf < 0 || jf > 255) throw new RangeError(`instruction ${index} jumps too far`);
    const at = index * SOCK_FILTER_SIZE;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jt);
    view.setUint8(at + 3, jf);
    view.setUint32(at + 4, k, true);
  });
  return new Uint8Array(view.buffer);
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
