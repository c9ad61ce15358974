/** Where the image store is: below one root, in memory-backed storage what a reboot may forget. */
export interface StorePlace {
  /** The world's root: /var/lib/limpid. */
  readonly root: string;
  /** The world's runroot: /run/limpid. */
  readonly runroot: string;
  /** The static C program that carries out plans. */
  readonly executor: Promise<Uint8Array>;
}

/** An OCI image layout: oci-layout, index.json, blobs/. */
export function imagesDirectory({ root }: Pick<StorePlace, 'root'>): string {
  return `${root}/images`;
}

/** A manifest, config or compressed layer, by its digest `ALGORITHM:HEX`. */
export function blobPath(place: Pick<StorePlace, 'root'>, digest: string): string {
  return `${imagesDirectory(place)}/blobs/${digest.replace(':', '/')}`;
}

/** One layer, unpacked: `diff` below it is what overlayfs takes; what else is known of it lies beside. */
export function layerDirectory({ root }: Pick<StorePlace, 'root'>, diffId: string): string {
  return `${root}/layers/${diffId.slice(diffId.indexOf(':') + 1)}`;
}

/** On the same file system as blobs and layers, so that a rename makes a finished one visible. */
export function stagingDirectory({ root }: Pick<StorePlace, 'root'>): string {
  return `${root}/staging`;
}
