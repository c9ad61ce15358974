import {
  listDirectory,
  makeDirectories,
  removeFile,
  renamePath,
  syncDirectory,
  writeFile,
} from '../../kernel/files.ts';
import { waitLock } from '../../kernel/locks.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { networkFile, networksDirectory, networksLock, type NetworkPlace } from './place.ts';

/** Makes a network what it is from now on: aside, synced, and visible by one rename. */
export function writeNetwork(place: NetworkPlace, config: NetworkConfig): void {
  const directory = networksDirectory(place);
  makeDirectories(directory, 0o755);
  const path = networkFile(place, config.name);
  writeFile(`${path}.tmp`, JSON.stringify(config), { mode: 0o644, sync: true });
  renamePath(`${path}.tmp`, path);
  syncDirectory(directory);
}

export function removeNetworkFile(place: NetworkPlace, name: string): void {
  removeFile(networkFile(place, name));
  syncDirectory(networksDirectory(place));
}

/** What was being written and is not visible yet. */
export function listAside(place: NetworkPlace): string[] {
  const directory = networksDirectory(place);
  return listDirectory(directory)
    .filter((name) => name.endsWith('.tmp'))
    .map((name) => `${directory}/${name}`);
}

/** Runs `act` while nobody else changes networks. */
export async function underNetworksLock<T>(place: NetworkPlace, act: () => T | Promise<T>): Promise<T> {
  makeDirectories(place.runroot, 0o755);
  const lock = waitLock(networksLock(place));
  try {
    // Of a command that was killed: nobody else writes now.
    for (const path of listAside(place)) removeFile(path);
    return await act();
  } finally {
    if (lock !== 'absent') lock.release();
  }
}
