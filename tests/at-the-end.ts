/**
 * Undoes what a file's tests made, whatever became of them: the last made first, and each although another failed. (Of
 * several `afterAll` bun runs the first registered first, and none behind one that throws.)
 */
import { afterAll } from 'bun:test';

const pending: (() => unknown)[] = [];

/** To be called at the top level of a file, or of what it calls from there. */
export function atTheEnd(undo: () => unknown): void {
  if (pending.length === 0) afterAll(undoAll, 240_000);
  pending.push(undo);
}

async function undoAll(): Promise<void> {
  const failures: unknown[] = [];
  for (const undo of pending.splice(0).toReversed()) {
    try {
      await undo();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures);
}
