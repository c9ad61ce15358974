import type { BackwardAssembler, Label } from '../bpf/backward-assembler.ts';
import { SECCOMP_DATA } from '../bpf/instruction.ts';
import type { Condition } from './decide.ts';

/**
 * Writes the test of one argument, a 64-bit number that BPF sees as two words, high one first. On a 32-bit
 * ABI the high word is always zero, and is not looked at.
 */
export function assembleCondition(
  assembler: BackwardAssembler,
  condition: Condition,
  narrow: boolean,
  holds: Label,
  fails: Label,
): Label {
  switch (condition.op) {
    case 'SCMP_CMP_EQ':
      return equal(assembler, condition, narrow, holds, fails);
    case 'SCMP_CMP_NE':
      return equal(assembler, condition, narrow, fails, holds);
    case 'SCMP_CMP_GT':
      return ordered(assembler, condition, 'JGT', narrow, holds, fails);
    case 'SCMP_CMP_LE':
      return ordered(assembler, condition, 'JGT', narrow, fails, holds);
    case 'SCMP_CMP_GE':
      return ordered(assembler, condition, 'JGE', narrow, holds, fails);
    case 'SCMP_CMP_LT':
      return ordered(assembler, condition, 'JGE', narrow, fails, holds);
    case 'SCMP_CMP_MASKED_EQ':
      return maskedEqual(assembler, condition, narrow, holds, fails);
  }
}

function equal(
  assembler: BackwardAssembler,
  { index, value }: Condition,
  narrow: boolean,
  yes: Label,
  no: Label,
): Label {
  const low = wordTest(assembler, 'JEQ', SECCOMP_DATA.argLow(index), lowWord(value), yes, no);
  return narrow ? low : wordTest(assembler, 'JEQ', SECCOMP_DATA.argHigh(index), highWord(value), low, no);
}

function ordered(
  assembler: BackwardAssembler,
  { index, value }: Condition,
  comparison: 'JGT' | 'JGE',
  narrow: boolean,
  yes: Label,
  no: Label,
): Label {
  const low = wordTest(assembler, comparison, SECCOMP_DATA.argLow(index), lowWord(value), yes, no);
  if (narrow) return low;
  const highEqual = assembler.branch('JEQ', highWord(value), low, no);
  return wordTest(assembler, 'JGT', SECCOMP_DATA.argHigh(index), highWord(value), yes, highEqual);
}

function maskedEqual(
  assembler: BackwardAssembler,
  { index, value, mask }: Condition,
  narrow: boolean,
  yes: Label,
  no: Label,
): Label {
  const low = maskedWord(assembler, SECCOMP_DATA.argLow(index), lowWord(mask), lowWord(value), yes, no);
  if (narrow) return low;
  return maskedWord(assembler, SECCOMP_DATA.argHigh(index), highWord(mask), highWord(value), low, no);
}

// The value lies inside of the mask, so a word with an empty mask always matches.
function maskedWord(
  assembler: BackwardAssembler,
  offset: number,
  mask: number,
  value: number,
  yes: Label,
  no: Label,
): Label {
  if (mask === 0) return yes;
  const test = assembler.branch('JEQ', value, yes, no);
  return assembler.load(offset, mask === 0xffffffff ? test : assembler.and(mask, test));
}

function wordTest(
  assembler: BackwardAssembler,
  comparison: 'JEQ' | 'JGT' | 'JGE',
  offset: number,
  word: number,
  yes: Label,
  no: Label,
): Label {
  const test = assembler.branch(comparison, word, yes, no);
  return yes === no ? test : assembler.load(offset, test);
}

function lowWord(value: bigint): number {
  return Number(value & 0xffffffffn);
}

function highWord(value: bigint): number {
  return Number(value >> 32n);
}
