import { describeErrno } from '../../abi/errno.ts';
import { EXIT_CANNOT_INVOKE, EXIT_ENGINE_FAILED, EXIT_NOT_FOUND, type LimpidErrorParts } from '../../base/error.ts';
import type { Op, Plan } from '../ops.ts';
import { correctErrno } from './misleading-errno.ts';
import { deedOf } from './operation.ts';
import { type Slots, traceSlots } from './slots.ts';

/**
 * The parts of a LimpidError for the operation that the executor named: what it did, to what, the errno with its
 * meaning in this context, what asked for it, and a hint. `call` is the system call that answered.
 */
export function explainFailure(plan: Plan, index: number, errno: number, call: string): LimpidErrorParts {
  const { name, meaning } = describeErrno(errno);
  const op = plan[index];
  if (op === undefined) {
    const why = `${meaning} in ${call}, outside of the plan's ${plan.length} operations`;
    return { code: 'EPLAN', doing: 'carry out', subject: 'the plan', errno: name, why };
  }
  const slots: Slots = traceSlots(plan)[index] ?? new Map();
  const correction = correctErrno({ op, slots, errno: name, call });
  const why = correction?.why ?? meaning;
  return {
    code: codeOf(op, name),
    ...deedOf(op, slots),
    op: call === '' ? op.op : call,
    errno: name,
    why: op.because === '' || op.op === 'exec' || op.op === 'find_program' ? why : `${why}, for ${op.because}`,
    ...(correction?.hint === undefined ? {} : { hint: correction.hint }),
    exitCode: exitCodeOf(op, name),
  };
}

/** As podman: 127 for a command that is not there, 126 for one that cannot be invoked, 125 for all of ours. */
function exitCodeOf(op: Op, errno: string): number {
  if (op.op === 'exec') return errno === 'ENOENT' ? EXIT_NOT_FOUND : EXIT_CANNOT_INVOKE;
  return op.op === 'chdir' ? EXIT_CANNOT_INVOKE : EXIT_ENGINE_FAILED;
}

function codeOf(op: Op, errno: string): string {
  if (op.op === 'exec') return errno === 'ENOENT' ? 'ENOCOMMAND' : 'EINVOKE';
  return op.op === 'chdir' ? 'EWORKDIR' : 'EPLAN';
}
