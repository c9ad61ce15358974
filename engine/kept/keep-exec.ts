import { SLOT } from '../../plan/slots.ts';
import type { ExecSession } from '../containers/exec.ts';
import { observeState } from '../records/state.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';
import { execFacts } from './exec-facts.ts';
import { foregroundFields, noteKept, type Field, type KeptForeground } from './kept-file.ts';
import { maskContainer, type CommandWords } from './masked-words.ts';
import { ownIds } from './own-things.ts';
import { planPieces } from './plan-pieces.ts';
import { configPieces } from './record-pieces.ts';

/** To look for users in more layers than so takes longer than it saves. */
const MOST_LAYERS = 8;

/** The first argument is the container. */
export interface FinishedExec extends CommandWords {
  readonly session: ExecSession;
  readonly foreground: KeptForeground;
}

/** Keeps the plan of an `exec`, as `keepRun` does that of a `run`, for every container that is made alike. */
export async function keepExec(world: World, exec: FinishedExec): Promise<void> {
  const { config } = exec.session;
  const words = maskContainer(world, exec);
  const { seccomp } = config.security;
  const isOwn = Object.values(config.namespaces).every(({ kind }) => KINDS.has(kind));
  if (words === undefined || !isOwn || (seccomp !== 'default' && seccomp !== 'unconfined')) return;
  const lower = await resolveRootfs(world, config.rootfs);
  if (lower.length <= MOST_LAYERS) noteKept(world, 'exec', words, () => keptFields(world, exec, lower));
}

/** Of namespaces that are nobody else's. */
const KINDS: ReadonlySet<string> = new Set(['private', 'none', 'host', 'shareable']);

/** In the order in which native/again_exec.c takes them. */
function keptFields(
  world: World,
  { session, foreground }: FinishedExec,
  lower: readonly string[],
): Field[] | undefined {
  const { config, plan } = session;
  const { process } = observeState(world, session);
  if (process === undefined) return undefined;
  return [
    ...foregroundFields(foreground),
    SLOT.target,
    config.autoRemove ? 0 : 1,
    world.facts.bootId,
    { pieces: configPieces(config) },
    { pieces: planPieces(plan, () => ownIds(config.id)) },
    { facts: execFacts(world, session, process, lower) },
  ];
}
