/** What was measured of this host and bears on a plan. Gathered by `kernel/facts.ts`, faked in tests. */
export interface HostFacts {
  readonly arch: 'x86_64' | 'aarch64';
  readonly kernelRelease: string;
  readonly bootId: string;
  readonly uid: number;
  /** CapPrm of the caller: no plan asks for a capability outside of it. */
  readonly capabilities: bigint;
  /** Highest capability number the kernel knows (/proc/sys/kernel/cap_last_cap). */
  readonly lastCapability: number;
  readonly cgroup: CgroupFacts;
  /** Hard and soft limits of the caller, by RLIMIT number; a default never exceeds `hard`. */
  readonly rlimits: Readonly<Record<number, { readonly soft: bigint; readonly hard: bigint }>>;
  /** Device numbers of host devices named in the spec without numbers are resolved before planning. */
  readonly pageSize: number;
}

export interface CgroupFacts {
  /** `v2`: unified only. `v1`: no cgroup2 mount. `hybrid`: controllers on v1, cgroup2 mounted without them. */
  readonly mode: 'v2' | 'v1' | 'hybrid';
  /** Where cgroup2 is mounted, if it is. */
  readonly unified?: string;
  /** Controllers in the unified root's cgroup.controllers. */
  readonly unifiedControllers: readonly string[];
  /** Each v1 hierarchy: mount point and its controllers (named ones as `name=systemd`). */
  readonly hierarchies: readonly { readonly mountPoint: string; readonly controllers: readonly string[] }[];
  /** v1 cpuset: what the root allows, to be copied into new parents. */
  readonly cpus: string;
  readonly mems: string;
  /** Whether swap accounting files exist (memory.memsw.* or memory.swap.max). */
  readonly swapAccounting: boolean;
  /**
   * The file of I/O weights that a cgroup has here: `io.weight`, `io.bfq.weight`, `blkio.bfq.weight`, `blkio.weight`;
   * undefined where no cgroup was found that has one. Measured when it is read, which only a weight is worth.
   */
  readonly ioWeightFile?: string | undefined;
}
