import { fingerprint, statPath } from '../../kernel/file-status.ts';
import type { Fact } from './facts.ts';

/** Two changes within one tick of the kernel's clock have one time: nothing is kept of what has just changed. */
const TICK_MS = 100;

/** What stands at a path, `undefined` where it may have changed since it was looked at, at `askedMs`. */
export function stillFact(path: string, askedMs: number): Fact | undefined {
  const status = statPath(path);
  const isYoung = status !== undefined && status.changedNs > BigInt(askedMs - TICK_MS) * 1_000_000n;
  return isYoung ? undefined : ['path', path, fingerprint(status)];
}
