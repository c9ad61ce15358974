import type { Hook } from '../spec/runtime.ts';
import type { Container } from './container-record.ts';
import type { RuntimeWorld } from './runtime-world.ts';
import { hookState } from './state.ts';

/** Runs hooks in the runtime's own namespaces, in order; one that fails is a warning. */
export async function runHooks(
  world: RuntimeWorld,
  container: Container,
  name: string,
  hooks: readonly Hook[],
  status: string,
  pid: number,
): Promise<void> {
  const state = new TextEncoder().encode(hookState(container, status, pid));
  for (const [index, hook] of hooks.entries()) {
    const complaint = await runHook(hook, state);
    if (complaint !== undefined) world.warn(`hooks.${name}[${index}] "${hook.path}": ${complaint}`);
  }
}

async function runHook({ path, args = [], env = [], timeout }: Hook, state: Uint8Array): Promise<string | undefined> {
  const variables = Object.fromEntries(
    env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
  try {
    const child = Bun.spawn([path, ...args.slice(1)], {
      argv0: args[0] ?? path,
      env: variables,
      stdin: state,
      stdout: 'inherit',
      stderr: 'inherit',
      ...(timeout === undefined ? {} : { timeout: timeout * 1000, killSignal: 'SIGKILL' as const }),
    });
    const code = await child.exited;
    if (child.signalCode !== null) return `it was ended by ${child.signalCode}`;
    return code === 0 ? undefined : `exit status ${code}`;
  } catch (error) {
    return (error as Error).message;
  }
}
