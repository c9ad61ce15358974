/** Where networks are kept: what a user made below the world's root, who has which address where a reboot forgets it. */
export interface NetworkPlace {
  readonly root: string;
  readonly runroot: string;
}

export function networksDirectory({ root }: Pick<NetworkPlace, 'root'>): string {
  return `${root}/networks`;
}

export function networkFile(place: Pick<NetworkPlace, 'root'>, name: string): string {
  return `${networksDirectory(place)}/${name}.json`;
}

/** One symlink an address, to the id of the container that has it. */
export function leasesDirectory(place: Pick<NetworkPlace, 'runroot'>, network: string): string {
  return `${allLeasesDirectory(place)}/${network}`;
}

export function allLeasesDirectory({ runroot }: Pick<NetworkPlace, 'runroot'>): string {
  return `${runroot}/leases`;
}

/** Held by whoever changes networks or what of them is in the kernel. */
export function networksLock({ runroot }: Pick<NetworkPlace, 'runroot'>): string {
  return `${runroot}/networks.lock`;
}
