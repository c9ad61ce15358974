import { encodePlan } from '../../plan/wire.ts';
import type { ExecSession } from '../containers/exec.ts';
import { observeState } from '../records/state.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';
import { execInputs } from './exec-inputs.ts';
import type { KeptExec } from './exec-kept.ts';
import { keptFormat, noteKept, type KeptForeground } from './kept-file.ts';

/** To look for users in more layers than so takes longer than it saves. */
const MOST_LAYERS = 8;

export interface FinishedExec {
  readonly words: readonly string[];
  readonly reference: string;
  readonly session: ExecSession;
  readonly foreground: KeptForeground;
}

/** Keeps the plan of an `exec`, as `keepRun` does that of a `run`. */
export async function keepExec(world: World, { words, reference, session, foreground }: FinishedExec): Promise<void> {
  const { config, plan } = session;
  const lower = await resolveRootfs(world, config.rootfs);
  noteKept(world, 'exec', words, (): KeptExec | undefined => {
    const { process } = observeState(world, session);
    const seccompFile = config.security.seccomp !== 'default' && config.security.seccomp !== 'unconfined';
    if (process === undefined || seccompFile || lower.length > MOST_LAYERS) return undefined;
    const inputs = execInputs(world, session, process, lower);
    return { format: keptFormat(), words, reference, lower, inputs, foreground, plan: encodePlan(plan).toBase64() };
  });
}
