import type { World } from '../../world.ts';

/** Where the guard of a world is found. A reboot forgets all of it. */
export interface GuardPlace {
  /** It ends where somebody removes this, which the kernel tells as long as it holds nothing open there. */
  readonly directory: string;
  /** Held by the guard as long as it is there. */
  readonly lock: string;
  /** The transaction that makes its table. A new one that is renamed into this place it sends at once. */
  readonly batch: string;
  /** Held by whoever writes another. */
  readonly change: string;
}

export function guardPlace({ runroot }: Pick<World, 'runroot'>): GuardPlace {
  const directory = `${runroot}/guard`;
  return { directory, lock: `${directory}.lock`, batch: `${directory}/batch`, change: `${directory}.change` };
}
