/**
 * Classic BPF as seccomp runs it: struct sock_filter, opcodes of <linux/bpf_common.h> and <linux/filter.h>.
 * `jt` and `jf` count instructions from the next one; `k` is an unsigned 32-bit number.
 */
export interface BpfInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

export const BPF_CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, RET: 6, MISC: 7 } as const;
export const BPF_MODE = { IMM: 0x00, ABS: 0x20, MEM: 0x60, LEN: 0x80 } as const;
export const BPF_ALU = {
  ADD: 0x00,
  SUB: 0x10,
  MUL: 0x20,
  DIV: 0x30,
  OR: 0x40,
  AND: 0x50,
  LSH: 0x60,
  RSH: 0x70,
  NEG: 0x80,
  XOR: 0xa0,
} as const;
export const BPF_JMP = { JA: 0x00, JEQ: 0x10, JGT: 0x20, JGE: 0x30, JSET: 0x40 } as const;
/** Source of the right operand: the constant k, or the index register. */
export const BPF_K = 0x00;
export const BPF_X = 0x08;
/** BPF_RET's source "the accumulator". */
export const BPF_A = 0x10;
export const BPF_TXA = 0x80;

/** The kernel's limit on the length of one filter. */
export const BPF_MAXINSNS = 4096;
/** Scratch memory: 16 words. */
export const BPF_MEMWORDS = 16;
/** sizeof(struct seccomp_data). */
export const SECCOMP_DATA_SIZE = 64;

/** Byte offsets in struct seccomp_data, little-endian: each argument is a low and a high word. */
export const SECCOMP_DATA = {
  nr: 0,
  arch: 4,
  ipLow: 8,
  ipHigh: 12,
  argLow: (index: number): number => 16 + 8 * index,
  argHigh: (index: number): number => 20 + 8 * index,
} as const;

export type BpfComparison = 'JEQ' | 'JGT' | 'JGE' | 'JSET';

/** Loads the 32-bit word at a byte offset of struct seccomp_data into the accumulator. */
export function loadWord(offset: number): BpfInstruction {
  return { code: BPF_CLASS.LD | BPF_MODE.ABS, jt: 0, jf: 0, k: offset };
}

/** Compares the accumulator with a constant and skips `jt` or `jf` instructions (0..255). */
export function jumpIf(comparison: BpfComparison, k: number, jt: number, jf: number): BpfInstruction {
  return { code: BPF_CLASS.JMP | BPF_JMP[comparison] | BPF_K, jt, jf, k };
}

/** Skips `k` instructions, any number. */
export function jumpAlways(k: number): BpfInstruction {
  return { code: BPF_CLASS.JMP | BPF_JMP.JA, jt: 0, jf: 0, k };
}

/** Masks the accumulator. */
export function andConstant(k: number): BpfInstruction {
  return { code: BPF_CLASS.ALU | BPF_ALU.AND | BPF_K, jt: 0, jf: 0, k };
}

/** Ends the program with a constant answer. */
export function returnConstant(k: number): BpfInstruction {
  return { code: BPF_CLASS.RET | BPF_K, jt: 0, jf: 0, k };
}
