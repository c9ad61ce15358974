import { readRegularText, renamePath, writeFile } from '../../../kernel/files.ts';
import { isAlive, type ProcessIdentity } from '../../../kernel/process.ts';
import type { World } from '../../world.ts';

/** Where the resolver of a world is found. A reboot forgets all of it. */
export interface ResolverPlace {
  readonly directory: string;
  /** Held by the resolver as long as it is there. */
  readonly lock: string;
  /** What it serves: `ResolverState` as JSON. */
  readonly state: string;
  /** Its datagram socket: a byte there makes it look at the networks anew. */
  readonly wake: string;
}

/** What a resolver that is there serves. */
export interface ResolverState {
  readonly process: ProcessIdentity;
  /** When it last looked at the networks, in ms since the epoch. */
  readonly lookedAtMs: number;
  readonly gateways: readonly string[];
  /** Gateways where another program has port 53. */
  readonly refused: readonly string[];
}

export function resolverPlace({ runroot }: Pick<World, 'runroot'>): ResolverPlace {
  const directory = `${runroot}/resolver`;
  return { directory, lock: `${directory}/lock`, state: `${directory}/state`, wake: `${directory}/wake` };
}

/** `undefined` where no resolver lives. */
export function readResolverState({ state }: ResolverPlace): ResolverState | undefined {
  const text = readRegularText(state);
  if (text === undefined) return undefined;
  const served = JSON.parse(text) as ResolverState;
  return isAlive(served.process) ? served : undefined;
}

export function writeResolverState({ state }: ResolverPlace, served: ResolverState): void {
  writeFile(`${state}.tmp`, JSON.stringify(served), { mode: 0o600, sync: false });
  renamePath(`${state}.tmp`, state);
}
