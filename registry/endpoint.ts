/** One server that may have a repository, by the settings for it. */
export interface Endpoint {
  /** `HOST[:PORT]` as in names and auth files. */
  readonly registry: string;
  readonly repository: string;
  /** Plain HTTP and unknown certificates are allowed. */
  readonly insecure: boolean;
  readonly isMirror: boolean;
  /** Hosts besides its own that may know its credentials. */
  readonly trustedRealms: readonly string[];
}

/** Docker Hub's name is not its registry's. */
export function serverOf(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}
