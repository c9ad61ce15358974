import { windowSize } from '../kernel/terminal.ts';
import type { Process } from '../spec/runtime.ts';

/** In the foreground (`consoleFd`) a terminal begins as large as the caller's own. */
export function withOwnSize(process: Process, consoleFd: number | undefined): Process {
  if (!process.terminal || process.consoleSize !== undefined || consoleFd === undefined) return process;
  const size = windowSize(0);
  return size === undefined ? process : { ...process, consoleSize: { height: size.rows, width: size.columns } };
}
