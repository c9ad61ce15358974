import { tracePhase } from '../../base/trace.ts';
import { launchEncoded } from '../../kernel/executor.ts';
import { libc } from '../../kernel/libc.ts';
import { openPidfd } from '../../kernel/process.ts';
import { SLOT } from '../../plan/slots.ts';
import { findRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import type { World } from '../world.ts';
import { execInputs } from './exec-inputs.ts';
import { readKept, type Kept, type KeptForeground } from './kept-file.ts';

/** What an `exec` came to: nothing in it is this one's own, so it goes again as it is. */
export interface KeptExec extends Kept {
  /** The container as it was typed. */
  readonly reference: string;
  /** Layers below the container's own. */
  readonly lower: readonly string[];
  readonly inputs: string;
  readonly foreground: KeptForeground;
  /** As the executor reads it, in base64. */
  readonly plan: string;
}

export interface ExecedKept {
  readonly controlFd: number;
  readonly trace: string;
  readonly foreground: KeptForeground;
}

/** Runs words again that came before. `undefined` where that does not go as it went before: the whole way tells why. */
export async function execKept(world: World, words: readonly string[]): Promise<ExecedKept | undefined> {
  const kept = readKept<KeptExec>(world, 'exec', words);
  if (kept === undefined) return undefined;
  const record = findRecord(world, kept.reference);
  const { process, status } = observeState(world, record);
  if (process === undefined || status !== 'running') return undefined;
  if (execInputs(world, record, process, kept.lower) !== kept.inputs) return undefined;
  tracePhase('kept plan found');
  const target = openPidfd(process);
  if (target === undefined) return undefined;
  try {
    const { outcome, controlFd, trace } = launchEncoded({
      plan: Uint8Array.fromBase64(kept.plan),
      executor: await world.executor,
      slots: new Map([[SLOT.target, target]]),
    });
    return outcome.kind === 'started' ? { controlFd, trace, foreground: kept.foreground } : undefined;
  } finally {
    libc.close(target);
  }
}
