import { CLONE_INTO_CGROUP } from '../abi/flags/clone.ts';
import { traceSlots } from './describe/slots.ts';
import type { Op, Plan } from './ops.ts';
import { ChildScript } from './script/child-script.ts';
import { beforeClone, besideChild, cloneCommand, linesFor, planGates, remarks } from './script/host-script.ts';
import type { Step } from './script/place.ts';
import { comment, hereDocument, quoteWithId } from './script/quote.ts';
import { divideForUsers } from './script/user-namespace.ts';
import { SLOT } from './slots.ts';
import { functionsFor } from './script/shell-functions.ts';

/**
 * A commented POSIX shell script that makes the container of this plan with util-linux (2.38), iproute2 and coreutils
 * alone. Steps that these cannot do (a seccomp filter, the monitor) are comments at their place. Its exit status is
 * the container's.
 */
export function scriptPlan(plan: Plan): string {
  const slots = traceSlots(plan);
  const id = containerId(plan);
  const steps = plan.map((op, index): Step => ({ op, slots: slots[index]!, id }));
  const cloneIndex = plan.findIndex(({ op }) => op === 'clone');
  const cleanup = linesFor(steps.filter(({ op }) => op.stage === 'cleanup'));
  const host = steps.map((step, index) => ({ step, index })).filter(({ step }) => step.op.stage === 'host');
  const before = host.filter(({ index }) => cloneIndex < 0 || index < cloneIndex).map(({ step }) => step);
  const after = host.filter(({ index }) => cloneIndex >= 0 && index > cloneIndex).map(({ step }) => step);
  const clone = steps[cloneIndex];
  const inside = steps.filter(({ op }) => op.stage === 'child' || op.stage === 'init');
  const lines = [
    ...HEADER,
    ...(id === undefined ? [] : [`export id=${id}`]),
    ...findTarget(steps),
    '',
    ...cleanUpFunction(cleanup),
    '',
    ...beforeClone(before),
    ...(clone === undefined ? [] : startLines(clone, inside, before, after)),
  ];
  return `${lines.join('\n')}\n`;
}

/** The id as the cgroups are named by it; long enough to be worth a variable, which shorter names are not. */
function containerId(plan: Plan): string | undefined {
  const paths = plan.flatMap((op) => ('path' in op ? [op.path] : []));
  return paths.map((path) => /^\/sys\/fs\/cgroup\/.*\/limpid-([0-9a-f]{64})(\/|$)/.exec(path)?.[1]).find(Boolean);
}

/** A plan that enters a container has a pidfd of its first process; a script finds that by the container's cgroup. */
function findTarget(steps: readonly Step[]): readonly string[] {
  if (!steps.some(({ op }) => op.op === 'setns' && op.slot === SLOT.target)) return [];
  const paths = steps.flatMap(({ op }) => ('path' in op ? [op.path] : []));
  const path = paths.map((path) => /^\/sys\/fs\/cgroup\/.*\/limpid-[^/]+/.exec(path)?.[0]).find(Boolean);
  if (path === undefined) throw new RangeError('the container to be entered has no cgroup to find it by');
  const id = steps[0]?.id;
  return [
    comment('The container’s first process.'),
    `read -r target <${quoteWithId(`${path}/cgroup.procs`, id)}`,
    'export target',
  ];
}

const HEADER = [
  '#!/bin/sh',
  comment(
    'A container made by hand: what Limpid would ask of the kernel, done with util-linux, iproute2, coreutils and a',
  ),
  comment(
    'shell alone. `limpid run --show=script` wrote it. Run it as root on Debian 12 or alike: `sh` this file, or pipe',
  ),
  comment(
    'it into `sh`. Comments name what asked for the lines below them; those in parentheses say what no command can do.',
  ),
  comment('Limpid has the kernel resolve paths below the root; a shell looks first and acts then, so trust the image.'),
  'set -eu',
  'export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C',
  '[ "$(id -u)" = 0 ] || { echo "this script needs root" >&2; exit 125; }',
  'lib=./lib/$(uname -m)-linux-gnu',
  `for loader in "/usr/$lib"/ld-linux-*.so.*; do :; done`,
  'export loader="$lib/${loader##*/} --inhibit-cache --library-path $lib"',
];

function cleanUpFunction(cleanup: readonly string[]): readonly string[] {
  return [
    ...functionsFor(cleanup),
    comment('Runs at the end, however it comes, and passes the exit status on.'),
    'clean_up() {',
    '  status=$?',
    '  set +e',
    '  [ -z "${beside-}" ] || kill "$beside" 2>/dev/null',
    ...cleanup.map((line) => `  ${line}`),
    '  exit "$status"',
    '}',
    'trap clean_up EXIT',
    `trap 'exit 130' INT`,
    `trap 'exit 143' TERM`,
  ];
}

function startLines(
  clone: Step,
  inside: readonly Step[],
  before: readonly Step[],
  after: readonly Step[],
): readonly string[] {
  const op = clone.op as Op<'clone'>;
  const gates = planGates(op, after);
  const stdio = before.find(({ op }) => op.op === 'stdio')?.op as Op<'stdio'> | undefined;
  // In a session of its own the container would lose this terminal, and it gets no other here.
  const kept = stdio?.terminal ? inside.filter(({ op }) => op.op !== 'setsid') : inside;
  const division = divideForUsers(op, [...intoCgroup(clone), ...kept]);
  const parts = ChildScript.write(division.inside, gates);
  return [
    '',
    comment('What follows up to the last line runs in the container’s own process.'),
    ...parts.flatMap((lines, index) => hereDocument(`child_${index + 1}`, lines)),
    `export ${parts.map((_, index) => `child_${index + 1}`).join(' ')}`,
    '',
    ...(gates.open ? besideChild(division.first, after) : []),
    ...remarks(after),
    comment(op.because),
    'trap : INT',
    cloneCommand(clone, before, stdio?.stdin ?? true),
  ];
}

/** CLONE_INTO_CGROUP has the process in its cgroup from its first moment; here it goes there as its first act. */
function intoCgroup({ op, slots, id }: Step): readonly Step[] {
  const clone = op as Op<'clone'>;
  if ((BigInt(clone.flags) & CLONE_INTO_CGROUP) === 0n) return [];
  const join: Op<'write_pid'> = {
    op: 'write_pid',
    stage: 'child',
    because: clone.because,
    at: clone.cgroup,
    path: 'cgroup.procs',
    flags: 1,
  };
  return [{ op: join, slots, id }];
}
