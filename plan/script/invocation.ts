import { ALL_CAPABILITIES, capabilityNames } from '../../abi/capability.ts';
import { RLIM_INFINITY } from '../../abi/flags/rlimit.ts';
import { signalName } from '../../abi/signal.ts';
import { rlimitName } from '../describe/flags.ts';
import { PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, PR_SET_SECUREBITS } from '../describe/prctl.ts';
import type { Op, OpName } from '../ops.ts';
import { comment, quote, quoteAssignment } from './quote.ts';

/** Operations that become options of prlimit(1), setpriv(1) and env(1), which start the container's program. */
const PARTS: ReadonlySet<OpName> = new Set([
  'setrlimit',
  'prctl',
  'chdir',
  'setgroups',
  'setresgid',
  'setresuid',
  'bounding',
  'capset',
  'ambient',
  'exec',
]);

export function isPartOfInvocation(op: Op): boolean {
  return PARTS.has(op.op);
}

/** A program and its options, each a shell word; the program is found in `bin` of the host's /usr. */
export interface Program {
  readonly name: string;
  readonly options: readonly string[];
}

/** What starts the container's program, outermost first: limits, then privileges, then directory and environment. */
export function invocationPrograms(ops: readonly Op[]): readonly Program[] {
  const programs = [limitProgram(ops), privilegeProgram(ops)].filter(({ options }) => options.length > 0);
  return [...programs, environmentProgram(ops)];
}

/** The container's command: the last words of the chain, and what has to be said or looked for before. */
export function commandWords(exec: Op<'exec'>): {
  readonly before: readonly string[];
  readonly words: readonly string[];
} {
  const [name = '', ...rest] = exec.argv;
  const notes = name.includes('=') ? [comment('(env(1) takes a command with "=" in its name for a variable)')] : [];
  const args = rest.map(quote);
  if (foundByPath(exec, name)) return { before: notes, words: [quote(name), ...args] };
  if (exec.candidates.length === 1) return { before: notes, words: [quote(exec.candidates[0]!), ...args] };
  const search = `for program in ${exec.candidates.map(quote).join(' ')}; do [ -f "$program" ] && [ -x "$program" ] && break; done`;
  return { before: [...notes, search], words: ['"$program"', ...args] };
}

/** Whether env(1)'s own search in the container's PATH tries the same files in the same order. */
function foundByPath({ candidates, env }: Op<'exec'>, name: string): boolean {
  const path = env.findLast((entry) => entry.startsWith('PATH='))?.slice('PATH='.length);
  if (path === undefined || name === '' || name.includes('/')) return false;
  const directories = new Set(path.split(':').map((directory) => directory || '.'));
  const tried = [...directories].map((directory) => `${directory.replace(/\/+$/, '')}/${name}`);
  return tried.length === candidates.length && tried.every((file, index) => file === candidates[index]);
}

function limitProgram(ops: readonly Op[]): Program {
  const options = select(ops, 'setrlimit').map(({ resource, soft, hard }) => {
    const name = rlimitName(resource).replace('RLIMIT_', '').toLowerCase();
    return `--${name}=${limitWord(soft)}:${limitWord(hard)}`;
  });
  return { name: 'prlimit', options };
}

function limitWord(value: number | bigint): string {
  return BigInt.asUintN(64, BigInt(value)) === RLIM_INFINITY ? 'unlimited' : String(value);
}

/**
 * execve(2) computes the permitted and effective sets anew from the inheritable, bounding and ambient ones, the user
 * and no_new_privs: so capset's other two need no counterpart.
 */
export function privilegeProgram(ops: readonly Op[]): Program {
  const last = <N extends OpName>(name: N) => select(ops, name).at(-1);
  const uid = last('setresuid');
  const gid = last('setresgid');
  const groups = last('setgroups');
  const bounding = last('bounding');
  const capset = last('capset');
  const ambient = last('ambient');
  const options = [
    ...select(ops, 'prctl').flatMap(prctlOptions),
    ...(uid === undefined ? [] : [`--reuid=${uid.uid}`]),
    ...(gid === undefined ? [] : [`--regid=${gid.gid}`]),
    ...groupOptions(groups?.gids, gid !== undefined),
    ...(capset === undefined ? [] : [`--inh-caps=${capabilityWord(capset.inheritable)}`]),
    ...(ambient === undefined ? [] : [`--ambient-caps=${capabilityWord(ambient.mask)}`]),
    ...(bounding === undefined ? [] : [`--bounding-set=${capabilityWord(bounding.mask)}`]),
  ];
  return { name: 'setpriv', options };
}

function prctlOptions({ option, arg2 }: Op<'prctl'>): readonly string[] {
  switch (Number(option)) {
    case PR_SET_NO_NEW_PRIVS:
      return ['--no-new-privs'];
    case PR_SET_PDEATHSIG:
      return [`--pdeathsig=${signalName(Number(arg2)).replace('SIG', '')}`];
    case PR_SET_SECUREBITS:
      return [`--securebits=${securebitWords(Number(arg2))}`];
    // setpriv(1) itself keeps the capabilities over the change of the user.
    case PR_SET_KEEPCAPS:
    default:
      return [];
  }
}

const SECUREBITS = ['noroot', 'noroot_locked', 'no_setuid_fixup', 'no_setuid_fixup_locked', '', 'keep_caps_locked'];

function securebitWords(bits: number): string {
  return SECUREBITS.flatMap((word, bit) => (word === '' ? [] : [`${(bits >> bit) & 1 ? '+' : '-'}${word}`])).join(',');
}

function groupOptions(gids: readonly string[] | undefined, changesGid: boolean): readonly string[] {
  if (gids === undefined) return changesGid ? ['--keep-groups'] : [];
  return [gids.length === 0 ? '--clear-groups' : `--groups=${gids.join(',')}`];
}

function capabilityWord(mask: number | bigint): string {
  const value = BigInt(mask);
  if (value === ALL_CAPABILITIES) return '+all';
  return ['-all', ...capabilityNames(value).map((name) => `+${name.replace('CAP_', '').toLowerCase()}`)].join(',');
}

function environmentProgram(ops: readonly Op[]): Program {
  const directory = select(ops, 'chdir').at(-1);
  const entries = (select(ops, 'exec').at(-1)?.env ?? []).filter((entry) => entry.indexOf('=') > 0);
  return {
    name: 'env',
    options: [...(directory === undefined ? [] : ['-C', quote(directory.path)]), '-i', ...entries.map(quoteAssignment)],
  };
}

function select<N extends OpName>(ops: readonly Op[], name: N): readonly Op<N>[] {
  return ops.filter(({ op }) => op === name) as unknown as readonly Op<N>[];
}
