import type { Process } from '../spec/runtime.ts';
import type { Op } from './ops.ts';
import type { Because } from './request.ts';
import { CALLER_SLOT, preservedSlot } from './slots.ts';

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Host stage, before the clone: the caller's streams for the child, or the promise of a terminal. */
export function passStreams(process: Process, owner: Owner, because: Because): Op[] {
  const { height: rows = 0, width: columns = 0 } = process.consoleSize ?? {};
  const reason = because('process.terminal');
  if (process.terminal) {
    return [{ op: 'stdio', stage: 'host', because: reason, stdin: true, terminal: true, rows, columns, ...owner }];
  }
  const { stdin, stdout, stderr } = CALLER_SLOT;
  return [{ op: 'inherit_stdio', stage: 'host', because: reason, stdin, stdout, stderr, ...owner }];
}

/** Host stage, behind the clone. */
export function sendTerminal({ terminal }: Process): Op[] {
  if (!terminal) return [];
  return [{ op: 'send_terminal', stage: 'host', because: '--console-socket', socket: CALLER_SLOT.console }];
}

/** Init stage, last before execve(2). */
export function passDescriptors(count: number): Op[] {
  if (count === 0) return [];
  return [{ op: 'preserve_fds', stage: 'init', because: '--preserve-fds', first: preservedSlot(0), count }];
}
