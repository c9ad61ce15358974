import { printable } from './printable.ts';

/** Exit codes of the command line, as podman and Docker use them. */
export const EXIT_ENGINE_FAILED = 125;
export const EXIT_CANNOT_INVOKE = 126;
export const EXIT_NOT_FOUND = 127;

export interface LimpidErrorParts {
  /** Stable and machine-readable: `ENAMEINUSE`, `ENOCONTAINER`, `EOPTION`, `EPLAN` … */
  readonly code: string;
  /** What was being done, in the infinitive: `mount`, `read`, `start`. */
  readonly doing: string;
  /** To what: `"proc" at "/proc"`, `container "lab"`. Values come quoted. */
  readonly subject?: string;
  /** Why it failed, where that is not an errno. */
  readonly why?: string;
  /** The plan's operation, or the system call, that failed. */
  readonly op?: string;
  /** Symbolic errno, such as `EPERM`, with its meaning in `why`. */
  readonly errno?: string;
  /** What the user can do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Exit code for the command line, 125 unless said. */
  readonly exitCode?: number;
}

/**
 * The one error class. Its message is one line:
 * `cannot mount "proc" at "/proc": EPERM, operation not permitted (hint: …)`.
 */
export class LimpidError extends Error {
  readonly code: string;
  readonly doing: string;
  readonly subject: string | undefined;
  readonly op: string | undefined;
  readonly errno: string | undefined;
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(parts: LimpidErrorParts) {
    const { code, doing, subject, op, errno, hint, cause, exitCode = EXIT_ENGINE_FAILED } = parts;
    super(describeError(parts), cause === undefined ? undefined : { cause });
    this.name = 'LimpidError';
    this.code = code;
    this.doing = doing;
    this.subject = subject;
    this.op = op;
    this.errno = errno;
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

function describeError({ doing, subject, why, errno, hint }: LimpidErrorParts): string {
  const what = subject === undefined ? `cannot ${doing}` : `cannot ${doing} ${subject}`;
  const reason = [errno, why].filter((part) => part !== undefined).join(', ');
  const advice = hint === undefined ? '' : ` (hint: ${hint})`;
  // What a file, an image or a user calls itself must not reach the terminal as it is.
  return printable(`${what}${reason === '' ? '' : `: ${reason}`}${advice}`);
}
