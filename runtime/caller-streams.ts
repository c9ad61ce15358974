import { copyDescriptor, isInherited } from '../kernel/descriptors.ts';
import { connectUnix } from '../kernel/unix-socket.ts';
import { CALLER_SLOT } from '../plan/slots.ts';
import { runtimeError } from './runtime-error.ts';

/** Where a terminal goes. */
interface Console {
  readonly consoleSocket?: string;
  readonly consoleFd?: number;
}

function connectConsole(path: string): number {
  const fd = connectUnix(path);
  if (fd !== undefined) return fd;
  throw runtimeError('ECONSOLE', 'connect to', `console socket "${path}"`, 'nobody serves it');
}

/** With a terminal, none of the caller's own streams: their readers wait until nobody holds them. */
export function passCallerStreams(
  slots: Map<number, number>,
  terminal: boolean,
  { consoleFd, consoleSocket }: Console,
): void {
  if (terminal) slots.set(CALLER_SLOT.console, consoleFd ?? connectConsole(consoleSocket!));
  else
    for (const [index, slot] of [CALLER_SLOT.stdin, CALLER_SLOT.stdout, CALLER_SLOT.stderr].entries())
      slots.set(slot, copyDescriptor(index));
}

/** Copies of the caller's descriptors from 3 on. */
export function preserved(count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    if (isInherited(index + 3)) return copyDescriptor(index + 3);
    throw runtimeError('EFDS', 'use', '--preserve-fds', `descriptor ${index + 3} is not open`);
  });
}
