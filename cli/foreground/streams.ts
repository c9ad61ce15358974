import { LimpidError } from '../../base/error.ts';

export interface Streams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** Which streams a foreground command joins: those of `--attach`, else output, and input where it is kept open. */
export function chosenStreams(attach: readonly string[], interactive: boolean): Streams {
  if (attach.length === 0) return { stdin: interactive, stdout: true, stderr: true };
  const wanted = new Set(attach.map((word) => word.toLowerCase()));
  for (const word of wanted) {
    if (!['stdin', 'stdout', 'stderr'].includes(word)) {
      throw new LimpidError({
        code: 'EOPTION',
        doing: 'read',
        subject: `--attach "${word}"`,
        why: 'stdin, stdout or stderr is wanted',
      });
    }
  }
  return { stdin: wanted.has('stdin'), stdout: wanted.has('stdout'), stderr: wanted.has('stderr') };
}
