import { CLONE_NEWUSER } from '../../abi/flags/clone.ts';
import { CHILD_PROC, resolvePath } from '../describe/slots.ts';
import type { Op } from '../ops.ts';
import { hostWords, type Gates } from './child-script.ts';
import { commandsFor } from './commands.ts';
import { entryProgram, unshareProgram } from './entry.ts';
import type { Step } from './place.ts';
import { comment, quote } from './quote.ts';

const OFFSETS = '/proc/self/timens_offsets';

/** Commands with their reasons above them; a reason that several share stands once. */
export function linesFor(steps: readonly Step[]): readonly string[] {
  let reason = '';
  return steps.flatMap((step) => {
    const { op } = step;
    const lines = commandsFor({ ...step, pivoted: false });
    const because = lines.length === 0 || op.because === reason ? [] : [comment(op.because)];
    if (lines.length > 0) reason = op.because;
    return op.because === '' ? lines : [...because, ...lines];
  });
}

/** What the host's side does before the clone; namespaces it enters by then become programs in front of unshare(1). */
export function beforeClone(steps: readonly Step[]): readonly string[] {
  return linesFor(steps.filter(({ op }) => !isEntry(op) && !isTimeOffset(op)));
}

/** The command that makes the process: whatever the executor entered before the clone is entered by it, too. */
export function cloneCommand({ op, slots }: Step, before: readonly Step[], stdin: boolean): string {
  const clone = op as Op<'clone'>;
  const entered = before.filter(({ op }) => isEntry(op));
  const joins = entered.flatMap((step) => {
    const program = step.op.op === 'setns' ? entryProgram({ ...step, pivoted: false }) : undefined;
    return program === undefined ? [] : [hostWords(program)];
  });
  const unshared = entered.reduce((flags, { op }) => (op.op === 'unshare' ? flags | BigInt(op.flags) : flags), 0n);
  const offsets = before.flatMap(({ op }) => (isTimeOffset(op) ? timeOptions(op) : []));
  const unshare = unshareProgram(unshared | BigInt(clone.flags), ['--fork', ...offsets]);
  const birthplace = clone.user < 0 ? [] : [`nsenter --user=${quote(slots.get(clone.user)!)}`];
  return [...joins, ...birthplace, hostWords(unshare), 'sh -euc "$child_1"', ...(stdin ? [] : ['</dev/null'])].join(
    ' ',
  );
}

/**
 * How the two sides meet. Where all that the child waits for is to be put into its cgroups, it can go there itself,
 * which reads better than a hand-shake and comes to the same.
 */
export function planGates(clone: Op<'clone'>, afterwards: readonly Step[]): Gates {
  const work = afterwards.filter(({ op }) => op.op !== 'release' && acts(op));
  const otherUsers = clone.user >= 0 || (BigInt(clone.flags) & BigInt(CLONE_NEWUSER)) !== 0n;
  if (otherUsers || !work.every((step) => isCgroupJoin(step) || isOwnFile(step))) return { open: true, instead: [] };
  return { open: false, instead: linesFor(work.map(byItself)) };
}

/** The host's side behind the clone, run beside the child and meeting it at the gates. */
export function besideChild(first: readonly string[], steps: readonly Step[]): readonly string[] {
  const body = steps
    .filter(({ op }) => acts(op))
    .flatMap((step) => {
      if (step.op.op === 'release') return [`echo ${step.op.gate} >&7`];
      if (step.op.op === 'await') return ['read -r gate <&8', `[ "$gate" = ${step.op.gate} ]`];
      return linesFor([step]);
    });
  return [
    comment('The host’s side of the start. It runs beside the container’s process, which sends its pid and waits at'),
    comment('gates: from here that process reads descriptor 7 and writes descriptor 8.'),
    'pipes=$(mktemp -d)',
    'mkfifo "$pipes/7" "$pipes/8"',
    'exec 7<>"$pipes/7" 8<>"$pipes/8"',
    'rm -r "$pipes"',
    '{',
    `  trap '[ $? = 0 ] || echo failed >&7' EXIT`,
    '  read -r pid <&8',
    ...[...first, ...body].map((line) => `  ${line}`),
    '} &',
    'beside=$!',
  ];
}

/** What of the host's side behind the clone has no counterpart, as comments. */
export function remarks(steps: readonly Step[]): readonly string[] {
  return linesFor(steps.filter(({ op }) => !acts(op) && !isEntry(op) && op.op !== 'release' && op.op !== 'await'));
}

/** Whether the operation leaves more than a comment in the script. */
function acts(op: Op): boolean {
  if (op.op === 'release' || op.op === 'await') return true;
  if (isEntry(op)) return false;
  return commandsFor({ op, slots: PLACEHOLDERS, id: undefined, pivoted: false }).some((line) => !line.startsWith('#'));
}

const PLACEHOLDERS: ReadonlyMap<number, string> = new Map(Array.from({ length: 64 }, (_, slot) => [slot, '/']));

/** Entering a namespace; behind the clone it is the executor's way back, which a script does not need. */
function isEntry(op: Op): boolean {
  return op.op === 'setns' || op.op === 'unshare';
}

function isTimeOffset(op: Op): op is Op<'write'> {
  return op.op === 'write' && op.path === OFFSETS;
}

export function isCgroupJoin({ op, slots }: Step): boolean {
  if (op.op !== 'write_pid' && op.op !== 'write') return false;
  const path = resolvePath(slots, op.at, op.path) ?? '';
  return path.startsWith('/sys/fs/cgroup/') && /\/(cgroup\.procs|tasks)$/.test(path);
}

function isOwnFile({ op, slots }: Step): boolean {
  return op.op === 'write' && slots.get(op.at) === CHILD_PROC;
}

function byItself({ op, slots, id }: Step): Step {
  const own = [...slots].map(([slot, path]) => [slot, path === CHILD_PROC ? '/proc/self' : path] as const);
  return { op: { ...op, stage: 'child' }, slots: new Map(own), id };
}

/** Offsets in whole seconds are all that unshare(1) takes. */
function timeOptions({ data }: Op<'write'>): readonly string[] {
  const lines = new TextDecoder().decode(data).trim().split('\n');
  return lines.map((line) => {
    const [clock, seconds] = line.split(/\s+/);
    return `--${clock}=${seconds}`;
  });
}
