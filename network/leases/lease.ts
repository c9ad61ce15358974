import { addressPlus, formatAddress, type IpAddress } from '../../abi/ip/address.ts';
import { LimpidError } from '../../base/error.ts';
import { makeDirectories, makeSymlink, readSymlink, removeFile, renamePath } from '../../kernel/files.ts';
import { waitLock, type Lock } from '../../kernel/locks.ts';
import { leasesDirectory, type NetworkPlace } from '../store/place.ts';
import type { AddressRange } from './range.ts';
import { releaseIfDead, sweepLeases, type IfDead } from './sweep.ts';

/** Who wants an address, and what is known of the others. */
export interface LeaseRequest {
  readonly place: NetworkPlace;
  readonly network: string;
  readonly range: AddressRange;
  /** Id of the container. */
  readonly holder: string;
  readonly ifDead: IfDead;
}

/**
 * Takes the next free address: one symlink(2), which the kernel grants to one of many. Those given back last come last
 * again, so what neighbours still remember of them is old by then. Throws ENOADDRESS where all are taken.
 */
export function takeAddress(request: LeaseRequest): IpAddress {
  const directory = leasesDirectory(request.place, request.network);
  const taken = takeNext(request, directory) ?? takeAfterSweep(request, directory);
  if (taken !== undefined) return taken;
  const { first, size } = request.range;
  const last = addressPlus(first, size - 1);
  throw new LimpidError({
    code: 'ENOADDRESS',
    doing: 'connect',
    subject: `to network "${request.network}"`,
    why: `all its addresses, ${formatAddress(first)} to ${formatAddress(last)}, are taken`,
    hint: `remove containers (\`limpid ps --filter network=${request.network}\` lists them), or create a larger network`,
  });
}

/** Takes exactly this address. Answers the id of the one who has it, `undefined` where it is the asker's now. */
export function takeWanted(request: LeaseRequest, wanted: IpAddress): string | undefined {
  const directory = leasesDirectory(request.place, request.network);
  const path = `${directory}/${formatAddress(wanted)}`;
  for (;;) {
    if (claim(directory, path, request.holder)) return undefined;
    const holder = readSymlink(path);
    if (holder === request.holder) return undefined;
    if (holder !== undefined && !releaseIfDead(request, formatAddress(wanted))) return holder;
  }
}

/** Gives an address back, if it is still the holder's. */
export function releaseAddress(place: NetworkPlace, network: string, address: string, holder: string): void {
  const path = `${leasesDirectory(place, network)}/${address}`;
  if (readSymlink(path) === holder) removeFile(path);
}

function takeNext(request: LeaseRequest, directory: string): IpAddress | undefined {
  const { first, size, reserved } = request.range;
  const lock = lockLast(directory);
  try {
    const start = firstOffset(request, directory);
    for (let step = 0; step < size; step++) {
      const offset = (start + step) % size;
      if (offset === reserved) continue;
      const address = addressPlus(first, offset);
      if (!makeSymlink(`${directory}/${formatAddress(address)}`, request.holder)) continue;
      noteLast(directory, first, offset);
      return address;
    }
    return undefined;
  } finally {
    lock.release();
  }
}

/** Without it the slower of two would note its address behind the faster one's, and what was just given back be next. */
function lockLast(directory: string): Lock {
  const lock = waitLock(`${directory}/last`);
  if (lock !== 'absent') return lock;
  // The first lease of a network since the last reboot.
  makeDirectories(directory, 0o755);
  return lockLast(directory);
}

function takeAfterSweep(request: LeaseRequest, directory: string): IpAddress | undefined {
  return sweepLeases(request.place, request.network, request.ifDead) > 0 ? takeNext(request, directory) : undefined;
}

/** The address that would be taken now. */
export function nextAddress(request: Omit<LeaseRequest, 'ifDead'>): IpAddress {
  const directory = leasesDirectory(request.place, request.network);
  const { first, size, reserved } = request.range;
  const start = firstOffset(request, directory);
  for (let step = 0; step < size; step++) {
    const offset = (start + step) % size;
    const address = addressPlus(first, offset);
    if (offset !== reserved && readSymlink(`${directory}/${formatAddress(address)}`) === undefined) return address;
  }
  return first;
}

function claim(directory: string, path: string, holder: string): boolean {
  try {
    return makeSymlink(path, holder);
  } catch {
    // The first lease of a network since the last reboot.
    makeDirectories(directory, 0o755);
    return makeSymlink(path, holder);
  }
}

/** The place behind the address that was taken last. */
function firstOffset({ range: { first, size } }: Pick<LeaseRequest, 'range'>, directory: string): number {
  const last = Number(readSymlink(lastTaken(directory, first)));
  return last >= 0 && last + 1 < size ? last + 1 : 0;
}

/** For who holds the lock: what lies aside was left by a killed command. */
function noteLast(directory: string, first: IpAddress, offset: number): void {
  const path = lastTaken(directory, first);
  const aside = `${path}.new`;
  if (!makeSymlink(aside, String(offset))) {
    removeFile(aside);
    makeSymlink(aside, String(offset));
  }
  renamePath(aside, path);
}

function lastTaken(directory: string, { length }: IpAddress): string {
  return `${directory}/${length === 4 ? 'last4' : 'last6'}`;
}
