import { EPERM } from '../errno-numbers.ts';
import { LimpidError } from '../../base/error.ts';
import type { SeccompAction } from './profile.ts';

/** SECCOMP_RET_* of <linux/seccomp.h>: what a filter answers. The low 16 bits are data. */
export const SECCOMP_ANSWER: Readonly<Record<SeccompAction, number>> = {
  SCMP_ACT_KILL: 0x00000000,
  SCMP_ACT_KILL_THREAD: 0x00000000,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_NOTIFY: 0x7fc00000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};

const DATA_MASK = 0xffff;

/**
 * A filter's answer for an action. `errnoRet` counts for ERRNO and TRACE, where EPERM is the default.
 * Throws LimpidError `ESECCOMP` for an action that does not exist.
 */
export function seccompAnswer(action: SeccompAction, errnoRet: number = EPERM): number {
  if (!Object.hasOwn(SECCOMP_ANSWER, action)) {
    const why = 'it is none of those that the runtime spec lists';
    throw new LimpidError({ code: 'ESECCOMP', doing: 'compile', subject: `seccomp action "${action}"`, why });
  }
  const answer = SECCOMP_ANSWER[action];
  return takesErrno(action) ? answer + (errnoRet & DATA_MASK) : answer;
}

/** Whether an action carries a number for the caller (ERRNO) or the tracer (TRACE). */
export function takesErrno(action: SeccompAction): boolean {
  return action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE';
}

/** An answer in words: `allow`, `errno 38`, `kill the process`, and `answer 0x…` for one unknown. */
export function describeAnswer(answer: number): string {
  const data = answer & DATA_MASK;
  switch ((answer & ~DATA_MASK) >>> 0) {
    case SECCOMP_ANSWER.SCMP_ACT_ALLOW:
      return 'allow';
    case SECCOMP_ANSWER.SCMP_ACT_ERRNO:
      return `errno ${data}`;
    case SECCOMP_ANSWER.SCMP_ACT_KILL_PROCESS:
      return 'kill the process';
    case SECCOMP_ANSWER.SCMP_ACT_KILL_THREAD:
      return 'kill the thread';
    case SECCOMP_ANSWER.SCMP_ACT_TRAP:
      return 'signal SIGSYS';
    case SECCOMP_ANSWER.SCMP_ACT_NOTIFY:
      return 'ask the listener';
    case SECCOMP_ANSWER.SCMP_ACT_TRACE:
      return `ask the tracer, ${data}`;
    case SECCOMP_ANSWER.SCMP_ACT_LOG:
      return 'log and allow';
    default:
      return `answer 0x${answer.toString(16)}`;
  }
}
