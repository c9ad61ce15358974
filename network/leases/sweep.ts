import { listDirectory, readSymlink, removeFile } from '../../kernel/files.ts';
import { waitLock } from '../../kernel/locks.ts';
import { leasesDirectory, networksLock, type NetworkPlace } from '../store/place.ts';

/**
 * Acts where a container neither runs nor is being started, and keeps it from being started meanwhile. Answers whether
 * it was so. The addresses of one that lives are its own.
 */
export type IfDead = (id: string, act: () => void) => boolean;

export interface Lease {
  readonly address: string;
  /** Id of the container. */
  readonly holder: string;
}

/** Who has which address of a network now, those who died without giving it back among them. */
export function listLeases(place: NetworkPlace, network: string): Lease[] {
  const directory = leasesDirectory(place, network);
  const leases: Lease[] = [];
  for (const address of listDirectory(directory)) {
    if (address.startsWith('last')) continue;
    const holder = readSymlink(`${directory}/${address}`);
    if (holder !== undefined) leases.push({ address, holder });
  }
  return leases;
}

/** Frees what the dead have left. Answers how many addresses that were. */
export function sweepLeases(place: NetworkPlace, network: string, ifDead: IfDead): number {
  const living = new Set<string>();
  let freed = 0;
  for (const { address, holder } of listLeases(place, network)) {
    if (living.has(holder)) continue;
    if (releaseIfDead({ place, network, ifDead }, address)) freed++;
    else living.add(holder);
  }
  return freed;
}

/** Gives back all that one container has of a network. */
export function releaseLeasesOf(place: NetworkPlace, network: string, id: string): void {
  for (const { address, holder } of listLeases(place, network)) {
    if (holder === id) removeFile(`${leasesDirectory(place, network)}/${address}`);
  }
}

/** Under a lock: the slower of two would otherwise free what somebody has taken behind the faster one. */
export function releaseIfDead(
  { place, network, ifDead }: { readonly place: NetworkPlace; readonly network: string; readonly ifDead: IfDead },
  address: string,
): boolean {
  const lock = waitLock(`${networksLock(place)}.leases`);
  try {
    const path = `${leasesDirectory(place, network)}/${address}`;
    const holder = readSymlink(path);
    return holder === undefined || ifDead(holder, () => removeFile(path));
  } finally {
    if (lock !== 'absent') lock.release();
  }
}
