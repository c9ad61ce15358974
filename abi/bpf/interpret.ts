import {
  BPF_A,
  BPF_ALU,
  BPF_CLASS,
  BPF_JMP,
  BPF_MODE,
  BPF_TXA,
  BPF_X,
  SECCOMP_DATA_SIZE,
  type BpfInstruction,
} from './instruction.ts';

/** struct seccomp_data: what a filter sees of a system call. `args` are unsigned 64-bit numbers. */
export interface SeccompData {
  readonly nr: number;
  readonly arch: number;
  readonly instructionPointer: bigint;
  readonly args: readonly [bigint, bigint, bigint, bigint, bigint, bigint];
}

const { LD, LDX, ST, STX, ALU, JMP, RET } = BPF_CLASS;

/**
 * Runs a filter that `checkBpf` accepts over one system call and returns its answer, an unsigned 32-bit
 * number, as the kernel does (Documentation/networking/filter.rst). Dividing by a zero in X answers 0.
 */
export function interpretBpf(program: readonly BpfInstruction[], data: SeccompData): number {
  const words = encodeSeccompData(data);
  const memory = new Uint32Array(16);
  let a = 0;
  let x = 0;
  for (let pc = 0; pc < program.length; pc++) {
    const { code, jt, jf, k } = program[pc]!;
    switch (code & 7) {
      case LD:
        a = load(code, k, words, memory);
        break;
      case LDX:
        x = load(code, k, words, memory);
        break;
      case ST:
        memory[k] = a;
        break;
      case STX:
        memory[k] = x;
        break;
      case ALU: {
        const operand = (code & BPF_X) === 0 ? k : x;
        if (code === (ALU | BPF_ALU.DIV | BPF_X) && operand === 0) return 0;
        a = calculate(code & 0xf0, a, operand);
        break;
      }
      case JMP:
        if ((code & 0xf0) === BPF_JMP.JA) pc += k;
        else pc += compare(code & 0xf0, a, (code & BPF_X) === 0 ? k : x) ? jt : jf;
        break;
      case RET:
        return code === (RET | BPF_A) ? a : k;
      default:
        if ((code & BPF_TXA) === 0) x = a;
        else a = x;
    }
  }
  throw new RangeError('the BPF program ends without a return');
}

function load(code: number, k: number, words: Uint32Array, memory: Uint32Array): number {
  switch (code & 0xe0) {
    case BPF_MODE.ABS:
      return words[k / 4]!;
    case BPF_MODE.LEN:
      return SECCOMP_DATA_SIZE;
    case BPF_MODE.MEM:
      return memory[k]!;
    default:
      return k;
  }
}

function calculate(op: number, a: number, b: number): number {
  switch (op) {
    case BPF_ALU.ADD:
      return (a + b) >>> 0;
    case BPF_ALU.SUB:
      return (a - b) >>> 0;
    case BPF_ALU.MUL:
      return Math.imul(a, b) >>> 0;
    case BPF_ALU.DIV:
      return Math.floor(a / b);
    case BPF_ALU.OR:
      return (a | b) >>> 0;
    case BPF_ALU.AND:
      return (a & b) >>> 0;
    case BPF_ALU.LSH:
      return (a << b) >>> 0;
    case BPF_ALU.RSH:
      return a >>> b;
    case BPF_ALU.XOR:
      return (a ^ b) >>> 0;
    default:
      return -a >>> 0;
  }
}

function compare(op: number, a: number, b: number): boolean {
  switch (op) {
    case BPF_JMP.JEQ:
      return a === b;
    case BPF_JMP.JGT:
      return a > b;
    case BPF_JMP.JGE:
      return a >= b;
    default:
      return (a & b) !== 0;
  }
}

function encodeSeccompData({ nr, arch, instructionPointer, args }: SeccompData): Uint32Array {
  const words = [nr >>> 0, arch];
  for (const wide of [instructionPointer, ...args]) words.push(Number(wide & 0xffffffffn), Number(wide >> 32n));
  return Uint32Array.from(words);
}
