import {
  BPF_A,
  BPF_ALU,
  BPF_CLASS,
  BPF_JMP,
  BPF_K,
  BPF_MAXINSNS,
  BPF_MEMWORDS,
  BPF_MODE,
  BPF_TXA,
  BPF_X,
  SECCOMP_DATA_SIZE,
  type BpfInstruction,
} from './instruction.ts';

const { LD, LDX, ST, STX, ALU, JMP, RET, MISC } = BPF_CLASS;
const KNOWN: ReadonlySet<number> = new Set([
  LD | BPF_MODE.ABS,
  LD | BPF_MODE.LEN,
  LD | BPF_MODE.IMM,
  LD | BPF_MODE.MEM,
  LDX | BPF_MODE.LEN,
  LDX | BPF_MODE.IMM,
  LDX | BPF_MODE.MEM,
  ST,
  STX,
  RET | BPF_K,
  RET | BPF_A,
  MISC,
  MISC | BPF_TXA,
  ALU | BPF_ALU.NEG,
  JMP | BPF_JMP.JA,
  ...Object.values(BPF_ALU).flatMap((op) => (op === BPF_ALU.NEG ? [] : [ALU | op | BPF_K, ALU | op | BPF_X])),
  ...Object.values(BPF_JMP).flatMap((op) => (op === BPF_JMP.JA ? [] : [JMP | op | BPF_K, JMP | op | BPF_X])),
]);

/**
 * Says why the kernel would refuse a filter, or undefined if it would take it. Follows bpf_check_classic and
 * check_load_and_stores (net/core/filter.c) and seccomp_check_filter (kernel/seccomp.c).
 */
export function checkBpf(program: readonly BpfInstruction[]): string | undefined {
  if (program.length === 0) return 'the program is empty';
  if (program.length > BPF_MAXINSNS) return `${program.length} instructions are more than ${BPF_MAXINSNS}`;
  for (const [index, instruction] of program.entries()) {
    const why = checkInstruction(instruction, program.length - index - 1);
    if (why !== undefined) return `instruction ${index} ${why}`;
  }
  if ((program.at(-1)!.code & 7) !== RET) return 'the last instruction is no return';
  return checkMemory(program);
}

function checkInstruction({ code, jt, jf, k }: BpfInstruction, behind: number): string | undefined {
  if (!KNOWN.has(code)) return `has the unknown code 0x${code.toString(16)}`;
  if (code === (JMP | BPF_JMP.JA)) return k >= behind ? 'jumps out of the program' : undefined;
  switch (code & 7) {
    case JMP:
      return jt >= behind || jf >= behind ? 'jumps out of the program' : undefined;
    case LD:
      if ((code & 0xe0) === BPF_MODE.ABS && (k >= SECCOMP_DATA_SIZE || k % 4 !== 0)) return 'loads from outside';
      return usesMemory(code) && k >= BPF_MEMWORDS ? 'uses memory that does not exist' : undefined;
    case ALU:
      if (code === (ALU | BPF_ALU.DIV | BPF_K) && k === 0) return 'divides by zero';
      return isConstantShift(code) && k >= 32 ? 'shifts by 32 or more' : undefined;
    default:
      return usesMemory(code) && k >= BPF_MEMWORDS ? 'uses memory that does not exist' : undefined;
  }
}

function isConstantShift(code: number): boolean {
  return code === (ALU | BPF_ALU.LSH | BPF_K) || code === (ALU | BPF_ALU.RSH | BPF_K);
}

function usesMemory(code: number): boolean {
  return code === ST || code === STX || code === (LD | BPF_MODE.MEM) || code === (LDX | BPF_MODE.MEM);
}

// A word of memory may be read only where every path to that place has written it.
function checkMemory(program: readonly BpfInstruction[]): string | undefined {
  const validAt = Uint16Array.from({ length: program.length + 1 }, () => 0xffff);
  let valid = 0;
  for (const [index, { code, jt, jf, k }] of program.entries()) {
    valid &= validAt[index]!;
    if (code === ST || code === STX) valid |= 1 << k;
    else if (usesMemory(code) && (valid & (1 << k)) === 0) return `instruction ${index} reads memory never written`;
    else if (code === (JMP | BPF_JMP.JA)) {
      validAt[index + 1 + k]! &= valid;
      valid = 0xffff;
    } else if ((code & 7) === JMP) {
      validAt[index + 1 + jt]! &= valid;
      validAt[index + 1 + jf]! &= valid;
      valid = 0xffff;
    }
  }
  return undefined;
}
