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
  if (terminal) {
    slots.set(CALLER_SLOT.console, consoleFd ?? connectConsole(consoleSocket!));
    return;
  }
  slots.set(CALLER_SLOT.stdin, copyDescriptor(0));
  slots.set(CALLER_SLOT.stdout, copyDescriptor(1));
  slots.set(CALLER_SLOT.stderr, copyDescriptor(2));
}

/** Copies of the caller's descriptors from 3 on. */
export function preserved(count: number): number[] {
  const copies: number[] = [];
  for (let fd = 3; fd < count + 3; fd++) {
    if (!isInherited(fd)) throw runtimeError('EFDS', 'use', '--preserve-fds', `descriptor ${fd} is not open`);
    copies.push(copyDescriptor(fd));
  }
  return copies;
}
