import { LimpidError } from '../../base/error.ts';
import { BackwardAssembler, type Label } from '../bpf/backward-assembler.ts';
import { BPF_MAXINSNS, SECCOMP_DATA, type BpfInstruction } from '../bpf/instruction.ts';
import { SECCOMP_ANSWER } from './answer.ts';
import { assembleCondition } from './condition.ts';
import { type ClausesByName, clausesByName, decideNumbers, type Decision, type NumberRange } from './decide.ts';
import type { SeccompProfile } from './profile.ts';
import { nativeAbi, profileAbis, X32_SYSCALL_BIT, type HostArch, type SyscallAbi } from './syscall-abi.ts';

const KILL: Decision = [{ conditions: [], answer: SECCOMP_ANSWER.SCMP_ACT_KILL_PROCESS }];
// The number that a tracer sets to skip a system call. Not an x32 call, although it has that bit.
const SKIPPED = 0xffffffff;

/**
 * Compiles a profile to the BPF program that decides as it says, for the ABIs of `arch` that it lists. Calls
 * of any other ABI kill the process. Throws LimpidError `ESECCOMP` for a rule that makes no sense, or if the
 * program would be longer than the kernel takes.
 */
export function compileSeccomp(profile: SeccompProfile, { arch }: { readonly arch: HostArch }): BpfInstruction[] {
  const assembler = new BackwardAssembler();
  const abis = profileAbis(arch, profile.architectures);
  const native = nativeAbi(arch);
  const clauses = clausesByName(profile);
  let entry = assembler.return(SECCOMP_ANSWER.SCMP_ACT_KILL_PROCESS);
  for (const abi of abis.filter(({ auditArch }) => auditArch !== native.auditArch)) {
    const search = assembleSearch(assembler, decideNumbers(profile, abi, clauses), abi.narrow);
    entry = assembler.branch('JEQ', abi.auditArch, search, entry);
  }
  const search = assembleSearch(assembler, nativeRanges(profile, native, abis, clauses), native.narrow);
  entry = assembler.branch('JEQ', native.auditArch, search, entry);
  const program = assembler.finish(assembler.load(SECCOMP_DATA.arch, entry));
  if (program.length > BPF_MAXINSNS) throw tooLong(program.length);
  return program;
}

// x86_64 and x32 share an audit number, so they share one search over all numbers.
function nativeRanges(
  profile: SeccompProfile,
  native: SyscallAbi,
  abis: readonly SyscallAbi[],
  clauses: ClausesByName,
): NumberRange[] {
  const ranges = decideNumbers(profile, native, clauses);
  if (native.name !== 'SCMP_ARCH_X86_64') return ranges;
  const x32 = abis.find(({ name }) => name === 'SCMP_ARCH_X32');
  const above = x32 === undefined ? [{ from: X32_SYSCALL_BIT, decision: KILL }] : decideNumbers(profile, x32, clauses);
  return [...ranges, ...above, { from: SKIPPED, decision: ranges[ranges.length - 1]!.decision }];
}

function assembleSearch(assembler: BackwardAssembler, ranges: readonly NumberRange[], narrow: boolean): Label {
  const bodies = new Map<Decision, Label>();
  const leaves = ranges.map(({ from, decision }) => {
    const body = bodies.get(decision) ?? assembleDecision(assembler, decision, narrow);
    bodies.set(decision, body);
    return { from, body };
  });
  const search = (first: number, end: number): Label => {
    if (end - first === 1) return leaves[first]!.body;
    const middle = (first + end) >> 1;
    const above = search(middle, end);
    const below = search(first, middle);
    return assembler.branch('JGE', leaves[middle]!.from, above, below);
  };
  return assembler.load(SECCOMP_DATA.nr, search(0, leaves.length));
}

function assembleDecision(assembler: BackwardAssembler, decision: Decision, narrow: boolean): Label {
  let at = decision.length - 1;
  let next = assembler.return(decision[at]!.answer);
  while (--at >= 0) {
    const { conditions, answer } = decision[at]!;
    let holds = assembler.return(answer);
    for (let one = conditions.length - 1; one >= 0; one--) {
      holds = assembleCondition(assembler, conditions[one]!, narrow, holds, next);
    }
    next = holds;
  }
  return next;
}

function tooLong(length: number): LimpidError {
  return new LimpidError({
    code: 'ESECCOMP',
    doing: 'compile',
    subject: 'the seccomp profile',
    why: `its filter has ${length} instructions, and the kernel takes ${BPF_MAXINSNS}`,
    hint: 'join rules for the same system calls',
  });
}
