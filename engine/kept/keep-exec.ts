import { encodePlan } from '../../plan/wire.ts';
import { SLOT } from '../../plan/slots.ts';
import type { ExecSession } from '../containers/exec.ts';
import { observeState } from '../records/state.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';
import { execFacts } from './exec-facts.ts';
import { foregroundFields, noteKept, type KeptForeground } from './kept-file.ts';

/** To look for users in more layers than so takes longer than it saves. */
const MOST_LAYERS = 8;

export interface FinishedExec {
  readonly words: readonly string[];
  /** The container as it was typed. */
  readonly reference: string;
  readonly session: ExecSession;
  readonly foreground: KeptForeground;
}

/** Keeps the plan of an `exec`, as `keepRun` does that of a `run`; the fields are in the order of native/again_exec.c. */
export async function keepExec(world: World, { words, reference, session, foreground }: FinishedExec): Promise<void> {
  const { config, plan } = session;
  // The start of an id may be that of another one's too tomorrow.
  if (reference !== config.name && reference !== config.id) return;
  const lower = await resolveRootfs(world, config.rootfs);
  noteKept(world, 'exec', words, () => {
    const { process } = observeState(world, session);
    const seccompFile = config.security.seccomp !== 'default' && config.security.seccomp !== 'unconfined';
    if (process === undefined || seccompFile || lower.length > MOST_LAYERS) return undefined;
    const facts = execFacts(world, session, process, lower);
    return [...foregroundFields(foreground), SLOT.target, process.pid, { pieces: [encodePlan(plan)] }, { facts }];
  });
}
