import { windowSize, writeDescriptor } from '../kernel/terminal.ts';

/** Writes to this process's own stdout or stderr, all of it, before it returns; EPIPE where nobody reads any more. */
export function writeOutput(stream: 'stdout' | 'stderr', bytes: string | Uint8Array): void {
  writeDescriptor(stream === 'stdout' ? 1 : 2, bytes);
}

export function outputIsTerminal(): boolean {
  return windowSize(1) !== undefined;
}

export function errorsAreOnTerminal(): boolean {
  return windowSize(2) !== undefined;
}

/** What fits on the terminal behind stderr: the usual where it does not say. */
export function errorsWindow(): { readonly rows: number; readonly columns: number } {
  const { rows = 0, columns = 0 } = windowSize(2) ?? {};
  return { rows: rows || 24, columns: columns || 80 };
}

export function inputIsTerminal(): boolean {
  return windowSize(0) !== undefined;
}
