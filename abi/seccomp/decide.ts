import { ENOSYS } from '../errno-numbers.ts';
import { LimpidError } from '../../base/error.ts';
import { SECCOMP_ANSWER, seccompAnswer } from './answer.ts';
import {
  SECCOMP_OPERATORS,
  type SeccompArg,
  type SeccompOperator,
  type SeccompProfile,
  type SeccompRule,
} from './profile.ts';
import { eachSyscall, type SyscallAbi } from './syscall-abi.ts';

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

const ERRNO_ENOSYS = SECCOMP_ANSWER.SCMP_ACT_ERRNO + ENOSYS;

/**
 * Turns a profile into decisions for every number of one ABI, as sorted ranges. Names that the ABI does not
 * have are passed over. Where the default is an errno, numbers beyond the newest call that the profile
 * names get ENOSYS instead: the profile's author could not know them, and libc falls back to older calls
 * on ENOSYS but reports EPERM to its caller.
 */
export function decideNumbers(
  profile: SeccompProfile,
  abi: SyscallAbi,
  clauses: ClausesByName = clausesByName(profile),
): NumberRange[] {
  const decisions = new DecisionPool(seccompAnswer(profile.defaultAction, profile.defaultErrnoRet));
  const ranges: NumberRange[] = [{ from: abi.numberBase, decision: decisions.otherwise }];
  let last: number | undefined;
  eachSyscall(abi, (name, number) => {
    const own = clauses.get(name);
    if (own === undefined) return;
    add(ranges, number, decisions.of(own));
    add(ranges, number + 1, decisions.otherwise);
    last = number;
  });
  if (profile.defaultAction === 'SCMP_ACT_ERRNO' && last !== undefined) {
    add(ranges, last + 1, decisions.of([{ conditions: [], answer: ERRNO_ENOSYS }]));
  }
  return ranges;
}

function add(ranges: NumberRange[], from: number, decision: Decision): void {
  if (ranges[ranges.length - 1]!.from === from) ranges.pop();
  if (ranges[ranges.length - 1]?.decision !== decision) ranges.push({ from, decision });
}

/** Makes decisions, the same object for the same content. */
class DecisionPool {
  readonly otherwise: Decision;
  readonly #simple = new Map<number, Decision>();
  readonly #others = new Map<string, Decision>();

  constructor(defaultAnswer: number) {
    this.otherwise = this.#always(defaultAnswer);
  }

  of(clauses: readonly Clause[]): Decision {
    const first = clauses[0]!;
    if (first.conditions.length === 0) return this.#always(first.answer);
    const short = shorten([...clauses, ...this.otherwise]);
    if (short.length === 1) return this.#always(short[0]!.answer);
    const key = decisionKey(short);
    const known = this.#others.get(key) ?? short;
    this.#others.set(key, known);
    return known;
  }

  #always(answer: number): Decision {
    let known = this.#simple.get(answer);
    if (known === undefined) {
      known = [{ conditions: [], answer }];
      this.#simple.set(answer, known);
    }
    return known;
  }
}

// What lies behind an unconditional clause is never reached, and conditions right before it that lead to
// the same answer decide nothing.
function shorten(clauses: readonly Clause[]): Decision {
  const last = clauses.findIndex(({ conditions }) => conditions.length === 0);
  const { answer } = clauses[last]!;
  let end = last;
  while (end > 0 && clauses[end - 1]!.answer === answer) end--;
  return [...clauses.slice(0, end), clauses[last]!];
}

function decisionKey(clauses: Decision): string {
  return clauses
    .map(({ conditions, answer }) => {
      const tests = conditions.map(({ index, op, value, mask }) => `${index} ${op} ${value} ${mask}`);
      return `${tests.join('&')}>${answer}`;
    })
    .join('|');
}

/** What a profile says of each system call that it names, in the order of its rules: the same for every ABI. */
export type ClausesByName = ReadonlyMap<string, readonly Clause[]>;

export function clausesByName({ syscalls = [] }: SeccompProfile): ClausesByName {
  const found = new Map<string, readonly Clause[]>();
  for (const rule of syscalls) {
    const clauses = ruleClauses(rule);
    for (const name of rule.names) {
      const earlier = found.get(name);
      found.set(name, earlier === undefined ? clauses : [...earlier, ...clauses]);
    }
  }
  return found;
}

function ruleClauses(rule: SeccompRule): Clause[] {
  const answer = seccompAnswer(rule.action, rule.errnoRet);
  const conditions = (rule.args ?? []).map((arg) => condition(arg, rule));
  const indexes = new Set(conditions.map(({ index }) => index));
  if (indexes.size === conditions.length) return [{ conditions, answer }];
  return conditions.map((one) => ({ conditions: [one], answer }));
}

function condition({ index, op, value, valueTwo = 0 }: SeccompArg, rule: SeccompRule): Condition {
  const known = SECCOMP_OPERATORS.find((name) => name === op);
  if (known === undefined || !Number.isInteger(index) || index < 0 || index > 5) {
    throw new LimpidError({
      code: 'ESECCOMP',
      doing: 'compile',
      subject: `the seccomp rule for "${rule.names[0] ?? ''}"`,
      why: known === undefined ? `"${op}" is no comparison` : `${index} is no argument's index (0 to 5)`,
    });
  }
  const first = BigInt.asUintN(64, BigInt(value));
  if (known !== 'SCMP_CMP_MASKED_EQ') return { index, op: known, value: first, mask: 0n };
  return { index, op: known, value: BigInt.asUintN(64, BigInt(valueTwo)) & first, mask: first };
}
