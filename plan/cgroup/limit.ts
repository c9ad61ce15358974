/** One value for one file of a cgroup. `controller` is the one that the file belongs to, '' for the core's own. */
export interface Limit {
  readonly controller: string;
  readonly file: string;
  readonly value: string;
  /** The runtime spec's field below `linux.resources`. */
  readonly field: string;
}
