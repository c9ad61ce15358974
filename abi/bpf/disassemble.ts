import { BPF_A, BPF_ALU, BPF_CLASS, BPF_JMP, BPF_MODE, BPF_TXA, BPF_X, type BpfInstruction } from './instruction.ts';

const { LD, LDX, ST, STX, ALU, JMP, RET } = BPF_CLASS;
const ALU_NAMES = new Map(Object.entries(BPF_ALU).map(([name, op]) => [op as number, name.toLowerCase()]));
const JMP_NAMES = new Map(Object.entries(BPF_JMP).map(([name, op]) => [op as number, name.toLowerCase()]));

/**
 * Writes a program as text, one instruction a line with its index, jump targets absolute, in the mnemonics
 * of Documentation/networking/filter.rst: `   4: jeq #0x3b, 7, 5`.
 */
export function disassembleBpf(program: readonly BpfInstruction[]): string {
  return program
    .map((instruction, index) => `${String(index).padStart(4)}: ${disassembleOne(instruction, index)}\n`)
    .join('');
}

function disassembleOne({ code, jt, jf, k }: BpfInstruction, index: number): string {
  const operand = (code & BPF_X) === 0 ? hex(k) : 'x';
  switch (code & 7) {
    case LD:
      return `ld ${source(code, k)}`;
    case LDX:
      return `ldx ${source(code, k)}`;
    case ST:
      return `st M[${k}]`;
    case STX:
      return `stx M[${k}]`;
    case ALU:
      return (code & 0xf0) === BPF_ALU.NEG ? 'neg' : `${ALU_NAMES.get(code & 0xf0) ?? `alu${code}`} ${operand}`;
    case JMP:
      if ((code & 0xf0) === BPF_JMP.JA) return `ja ${index + 1 + k}`;
      return `${JMP_NAMES.get(code & 0xf0) ?? `jmp${code}`} ${operand}, ${index + 1 + jt}, ${index + 1 + jf}`;
    case RET:
      return code === (RET | BPF_A) ? 'ret a' : `ret ${hex(k)}`;
    default:
      return (code & BPF_TXA) === 0 ? 'tax' : 'txa';
  }
}

function source(code: number, k: number): string {
  switch (code & 0xe0) {
    case BPF_MODE.ABS:
      return `[${k}]`;
    case BPF_MODE.LEN:
      return 'len';
    case BPF_MODE.MEM:
      return `M[${k}]`;
    default:
      return hex(k);
  }
}

function hex(k: number): string {
  return `#0x${k.toString(16)}`;
}
