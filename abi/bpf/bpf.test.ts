import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { checkBpf } from './check.ts';
import { disassembleBpf } from './disassemble.ts';
import { andConstant, jumpAlways, jumpIf, loadWord, returnConstant, type BpfInstruction } from './instruction.ts';
import { interpretBpf, type SeccompData } from './interpret.ts';
import { decodeBpf, encodeBpf } from './wire.ts';

const ALLOW = 0x7fff0000;
const call: SeccompData = {
  nr: 59,
  arch: 0xc000003e,
  instructionPointer: 0x1122334455667788n,
  args: [0xaaaabbbbccccddddn, 2n, 3n, 4n, 5n, 0xffffffffffffffffn],
};
const raw = (code: number, k = 0, jt = 0, jf = 0): BpfInstruction => ({ code, jt, jf, k });

describe('encodeBpf', () => {
  test('lays out struct sock_filter', () => {
    // BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 4), BPF_JUMP(BPF_JMP|BPF_JEQ|BPF_K, 0xc000003e, 1, 0)
    expect([...encodeBpf([loadWord(4), jumpIf('JEQ', 0xc000003e, 1, 0)])]).toEqual([
      0x20, 0, 0, 0, 4, 0, 0, 0, 0x15, 0, 1, 0, 0x3e, 0, 0, 0xc0,
    ]);
  });

  test('refuses a jump that does not fit', () => {
    expect(() => encodeBpf([jumpIf('JEQ', 0, 256, 0)])).toThrow(new RangeError('instruction 0 jumps too far'));
  });

  test('decode∘encode = id', () => {
    const instruction = fc.record({
      code: fc.nat(0xffff),
      jt: fc.nat(255),
      jf: fc.nat(255),
      k: fc.nat(0xffffffff),
    });
    fc.assert(
      fc.property(fc.array(instruction), (program) => {
        expect(decodeBpf(encodeBpf(program))).toEqual(program);
      }),
    );
  });

  test('half an instruction is refused', () => {
    expect(() => decodeBpf(new Uint8Array(12))).toThrow(new RangeError('12 bytes are no whole BPF program'));
  });
});

describe('interpretBpf', () => {
  const answer = (...program: BpfInstruction[]): number => {
    expect(checkBpf(program)).toBeUndefined();
    return interpretBpf(program, call);
  };
  const RET_A = raw(0x16);

  test('every word of seccomp_data', () => {
    const words = Array.from({ length: 16 }, (_, index) => answer(loadWord(index * 4), RET_A));
    expect(words.slice(0, 6)).toEqual([59, 0xc000003e, 0x55667788, 0x11223344, 0xccccdddd, 0xaaaabbbb]);
    expect(words.slice(14)).toEqual([0xffffffff, 0xffffffff]);
  });

  test('comparisons are unsigned', () => {
    const pick = (comparison: 'JEQ' | 'JGT' | 'JGE' | 'JSET', k: number): number =>
      answer(loadWord(16), jumpIf(comparison, k, 1, 0), returnConstant(0), returnConstant(1));
    expect(pick('JGT', 0x7fffffff)).toBe(1);
    expect(pick('JGT', 0xccccdddd)).toBe(0);
    expect(pick('JGE', 0xccccdddd)).toBe(1);
    expect(pick('JEQ', 0xccccdddd)).toBe(1);
    expect(pick('JSET', 0x80000000)).toBe(1);
    expect(pick('JSET', 0x2)).toBe(0);
  });

  test('arithmetic wraps at 32 bits', () => {
    const from = (code: number, k: number): number => answer(loadWord(16), raw(code, k), RET_A);
    expect(from(0x04, 0x40000000)).toBe(0x0cccdddd);
    expect(from(0x14, 0xccccddde)).toBe(0xffffffff);
    expect(from(0x24, 0x10001)).toBe(0xaaa9dddd);
    expect(from(0x34, 2)).toBe(0x66666eee);
    expect(from(0x44, 0x22)).toBe(0xccccddff);
    expect(from(0x54, 0xf0f00000)).toBe(0xc0c00000);
    expect(from(0x64, 4)).toBe(0xcccdddd0);
    expect(from(0x74, 28)).toBe(0xc);
    expect(from(0x84, 0)).toBe(0x33332223);
    expect(from(0xa4, 0xffffffff)).toBe(0x33332222);
  });

  test('registers, memory and lengths', () => {
    // ld #7; st M[3]; ldx M[3]; tax/txa; ld len; add x; ret a
    expect(answer(raw(0x00, 7), raw(0x02, 3), raw(0x61, 3), raw(0x80), raw(0x0c), RET_A)).toBe(71);
    expect(answer(raw(0x00, 9), raw(0x07), raw(0x00, 1), raw(0x87), RET_A)).toBe(9);
    // Division by a zero index register ends the program with 0.
    expect(answer(raw(0x00, 9), raw(0x01, 0), raw(0x3c), returnConstant(ALLOW))).toBe(0);
  });

  test('long jumps', () => {
    const far = Array.from({ length: 300 }, () => andConstant(0));
    expect(answer(jumpAlways(300), ...far, returnConstant(ALLOW))).toBe(ALLOW);
  });
});

describe('checkBpf', () => {
  const end = returnConstant(0);
  test.each([
    [[], 'the program is empty'],
    [[loadWord(0)], 'the last instruction is no return'],
    [[loadWord(64), end], 'instruction 0 loads from outside'],
    [[loadWord(2), end], 'instruction 0 loads from outside'],
    [[jumpIf('JEQ', 0, 1, 0), end], 'instruction 0 jumps out of the program'],
    [[jumpAlways(1), end], 'instruction 0 jumps out of the program'],
    [[raw(0x30, 0), end], 'instruction 0 has the unknown code 0x30'],
    [[raw(0x94, 3), end], 'instruction 0 has the unknown code 0x94'],
    [[raw(0x34, 0), end], 'instruction 0 divides by zero'],
    [[raw(0x64, 32), end], 'instruction 0 shifts by 32 or more'],
    [[raw(0x02, 16), end], 'instruction 0 uses memory that does not exist'],
    [[raw(0x60, 1), end], 'instruction 0 reads memory never written'],
    [[jumpIf('JEQ', 0, 1, 0), raw(0x02, 1), raw(0x60, 1), end], 'instruction 2 reads memory never written'],
    [Array.from({ length: 4097 }, () => end), '4097 instructions are more than 4096'],
  ])('case %#', (program, why) => {
    expect(checkBpf(program)).toBe(why);
  });

  test('accepts what the kernel accepts', () => {
    expect(checkBpf([jumpIf('JEQ', 0, 1, 0), end, end])).toBeUndefined();
    expect(checkBpf([raw(0x02, 15), raw(0x60, 15), end])).toBeUndefined();
  });
});

test('disassembleBpf', () => {
  const program = [loadWord(4), jumpIf('JEQ', 0xc000003e, 1, 0), jumpAlways(1), raw(0x16), andConstant(255), raw(6)];
  expect(disassembleBpf(program)).toBe(
    '   0: ld [4]\n   1: jeq #0xc000003e, 3, 2\n   2: ja 4\n   3: ret a\n   4: and #0xff\n   5: ret #0x0\n',
  );
});
