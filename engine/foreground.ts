import { becomeClient } from '../kernel/executor.ts';
import { windowSize, type WindowSize } from '../kernel/terminal.ts';
import type { World } from './world.ts';

/** docs/protocol.md, flags of the client. */
const CLIENT = { terminal: 1, stdin: 2, signals: 4, subscribe: 8, stdout: 16, stderr: 32 } as const;

export interface Foreground {
  /** A connection to a monitor: a fresh control connection, or one from `attachContainer`. */
  readonly fd: number;
  /** Whether `fd` is a connection to the attach socket, which hears nothing before it subscribes. */
  readonly subscribe: boolean;
  /** The container has a terminal: ours becomes raw, and follows its size. */
  readonly terminal: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Signals to us go to the container. */
  readonly signals: boolean;
  /** Byte values of the keys that leave the container running; of a terminal alone, as elsewhere they are data like any. */
  readonly detachKeys: readonly number[];
}

/**
 * Joins this process's own descriptors to a container and replaces it by the C client, which exits with the container's
 * code (docs/decisions/0002-the-client-is-c.md). Never returns.
 */
export async function becomeForeground(world: World, { fd, detachKeys, ...wanted }: Foreground): Promise<never> {
  return becomeClient(await world.executor, fd, clientFlags(wanted), wanted.terminal ? detachKeys : []);
}

export function clientFlags(wanted: Pick<Foreground, keyof typeof CLIENT>): number {
  let flags = 0;
  for (const [name, bit] of Object.entries(CLIENT)) if (wanted[name as keyof typeof CLIENT]) flags |= bit;
  return flags;
}

/** Size of the terminal that this command runs in, taken from its input or output; `undefined` where neither is one. */
export function callerTerminal(): WindowSize | undefined {
  return windowSize(0) ?? windowSize(1);
}
