import { LimpidError } from '../../base/error.ts';
import { SECCOMP_ANSWER, seccompAnswer } from './answer.ts';
import { SECCOMP_OPERATORS, type SeccompArg, type SeccompOperator, type SeccompProfile, type SeccompRule } from './profile.ts';
import { syscallNumbers, type SyscallAbi } from './syscall-abi.ts';

/** One comparison of an argument with a constant, both unsigned. `mask` only for SCMP_CMP_MASKED_EQ. */
export interface Condition {
  readonly index: number;
  readonly op: SeccompOperator;
  readonly value: bigint;
  readonly mask: bigint;
}

/** An answer, and the conditions that must all hold for it. */
export interface Clause {
  readonly conditions: readonly Condition[];
  readonly answer: number;
}

/** What happens to one system call: the first clause whose conditions hold counts; the last has none. */
export type Decision = readonly Clause[];

/** The decision for all numbers from `from` up to the next range's. */
export interface NumberRange {
  readonly from: number;
  readonly decision: Decision;
}

const ENOSYS = 38;
const ERRNO_ENOSYS = SECCOMP_ANSWER.SCMP_ACT_ERRNO + ENOSYS;

/**
 * Turns a profile into decisions for every number of one ABI, as sorted ranges. Names that the ABI does not
 * have are passed over. Where the default is an errno, numbers beyond the newest call that the profile
 * names get ENOSYS instead: the profile's author could not know them, and libc falls back to older calls
 * on ENOSYS but reports EPERM to its caller.
 */
export function decideNumbers(profile: SeccompProfile, abi: SyscallAbi): NumberRange[] {
  const fallback = decision([], seccompAnswer(profile.defaultAction, profile.defaultErrnoRet));
  const clauses = clausesByNumber(profile, abi);
  const sorted = [...clauses.keys()].sort((a, b) => a - b);
  const ranges: NumberRange[] = [{ from: abi.numberBase, decision: fallback }];
  for (const number of sorted) {
    const { from } = ranges.at(-1)!;
    if (from === number) ranges.pop();
    ranges.push({ from: number, decision: decision(clauses.get(number)!, fallback[0]!.answer) });
    ranges.push({ from: number + 1, decision: fallback });
  }
  if (profile.defaultAction === 'SCMP_ACT_ERRNO' && sorted.length > 0) {
    ranges[ranges.length - 1] = { from: sorted.at(-1)! + 1, decision: decision([], ERRNO_ENOSYS) };
  }
  return ranges;
}

/** A key that is equal for decisions that are equal. */
export function decisionKey(clauses: Decision): string {
  return clauses
    .map(({ conditions, answer }) => {
      const tests = conditions.map(({ index, op, value, mask }) => `${index} ${op} ${value} ${mask}`);
      return `${tests.join('&')}>${answer}`;
    })
    .join('|');
}

function clausesByNumber(profile: SeccompProfile, abi: SyscallAbi): Map<number, Clause[]> {
  const numbers = syscallNumbers(abi);
  const found = new Map<number, Clause[]>();
  for (const rule of profile.syscalls ?? []) {
    const clauses = ruleClauses(rule, abi);
    for (const name of rule.names) {
      const number = numbers.get(name);
      if (number === undefined) continue;
      const earlier = found.get(number);
      if (earlier === undefined) found.set(number, [...clauses]);
      else earlier.push(...clauses);
    }
  }
  return found;
}

function ruleClauses(rule: SeccompRule, abi: SyscallAbi): Clause[] {
  const answer = seccompAnswer(rule.action, rule.errnoRet);
  const conditions = (rule.args ?? []).map((arg) => condition(arg, rule, abi));
  const indexes = new Set(conditions.map(({ index }) => index));
  if (indexes.size === conditions.length) return [{ conditions, answer }];
  return conditions.map((one) => ({ conditions: [one], answer }));
}

function condition({ index, op, value, valueTwo = 0 }: SeccompArg, rule: SeccompRule, abi: SyscallAbi): Condition {
  const known = SECCOMP_OPERATORS.find((name) => name === op);
  if (known === undefined || !Number.isInteger(index) || index < 0 || index > 5) {
    throw new LimpidError({
      code: 'ESECCOMP',
      doing: 'compile',
      subject: `the seccomp rule for "${rule.names[0] ?? ''}"`,
      why: known === undefined ? `"${op}" is no comparison` : `${index} is no argument's index (0 to 5)`,
    });
  }
  const width = abi.narrow ? 32 : 64;
  const first = BigInt.asUintN(width, BigInt(value));
  if (known !== 'SCMP_CMP_MASKED_EQ') return { index, op: known, value: first, mask: 0n };
  return { index, op: known, value: BigInt.asUintN(width, BigInt(valueTwo)) & first, mask: first };
}

function decision(clauses: readonly Clause[], otherwise: number): Decision {
  const result: Clause[] = [];
  for (const clause of clauses) {
    result.push(clause);
    if (clause.conditions.length === 0) return withoutIdleTail(result);
  }
  return withoutIdleTail([...result, { conditions: [], answer: otherwise }]);
}

// Conditions right before the end that lead to the same answer as the end decide nothing.
function withoutIdleTail(clauses: Clause[]): Decision {
  const last = clauses.at(-1)!;
  let end = clauses.length - 1;
  while (end > 0 && clauses[end - 1]!.answer === last.answer) end--;
  return [...clauses.slice(0, end), last];
}
