/**
 * One eBPF instruction, struct bpf_insn of <linux/bpf.h>, as far as device filters use it. `offset` counts
 * instructions from the next one, `immediate` is signed.
 */
export interface EbpfInstruction {
  readonly code: number;
  readonly destination: number;
  readonly source: number;
  readonly offset: number;
  readonly immediate: number;
}

/** Opcodes: class, size or operation, and source, put together as <linux/bpf.h> defines them. */
export const EBPF = {
  /** destination = *(u32 *)(source + offset) */
  LOAD_WORD: 0x61,
  MOVE: 0xb7,
  MOVE_REGISTER: 0xbf,
  AND: 0x57,
  SHIFT_RIGHT: 0x77,
  JUMP_EQUAL: 0x15,
  JUMP_NOT_EQUAL: 0x55,
  EXIT: 0x95,
} as const;

/** sizeof(struct bpf_insn). */
const SIZE = 8;

/** Encodes instructions as an array of struct bpf_insn, little-endian. */
export function encodeEbpf(program: readonly EbpfInstruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * SIZE));
  for (const [index, { code, destination, source, offset, immediate }] of program.entries()) {
    const at = index * SIZE;
    view.setUint8(at, code);
    view.setUint8(at + 1, (source << 4) | destination);
    view.setInt16(at + 2, offset, true);
    view.setInt32(at + 4, immediate, true);
  }
  return new Uint8Array(view.buffer);
}

/** Decodes an array of struct bpf_insn. Throws RangeError if it is not a whole number of them. */
export function decodeEbpf(bytes: Uint8Array): EbpfInstruction[] {
  if (bytes.length % SIZE !== 0) throw new RangeError(`${bytes.length} bytes are no whole eBPF program`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / SIZE }, (_, index) => {
    const at = index * SIZE;
    return {
      code: view.getUint8(at),
      destination: view.getUint8(at + 1) & 0xf,
      source: view.getUint8(at + 1) >> 4,
      offset: view.getInt16(at + 2, true),
      immediate: view.getInt32(at + 4, true),
    };
  });
}
