import type { RuntimeCommand } from '../runtime-command.ts';

type Load = () => Promise<{ readonly command: RuntimeCommand }>;

/** Begins to load the command that these words most likely call. */
export function loadAhead(words: readonly string[]): void {
  for (const word of words) {
    if (!Object.hasOwn(RUNTIME_COMMANDS, word)) continue;
    RUNTIME_COMMANDS[word]!().catch(() => {});
    return;
  }
}

/** Every command of the runtime, loaded only when it is called. */
export const RUNTIME_COMMANDS: Readonly<Record<string, Load>> = {
  create: () => import('./create.ts'),
  run: () => import('./run.ts'),
  exec: () => import('./exec.ts'),
  start: () => import('./start.ts'),
  state: () => import('./state.ts'),
  kill: () => import('./kill.ts'),
  delete: () => import('./delete.ts'),
  list: () => import('./list.ts'),
  ps: () => import('./ps.ts'),
  pause: () => import('./pause.ts'),
  resume: () => import('./resume.ts'),
  update: () => import('./update.ts'),
  events: () => import('./events.ts'),
  checkpoint: () => import('./checkpoint.ts'),
  restore: () => import('./restore.ts'),
  features: () => import('./features.ts'),
  spec: () => import('./spec.ts'),
};
