import type { CgroupFacts, HostFacts } from '../plan/facts.ts';
import { hostArch } from './arch.ts';
import { cgroupMounts, type CgroupMount } from './cgroup-mounts.ts';
import { statPath } from './file-status.ts';
import { listDirectory, readKernelFile } from './files.ts';
import { libc, ptr } from './libc.ts';

const RLIMIT_COUNT = 16;

/**
 * What bears on a plan, measured where it is first asked for: a dozen small reads from /proc and the cgroup roots, 0.5 ms.
 * A command that only looks at containers needs two of them.
 */
export function gatherFacts(): HostFacts {
  const kernelRelease = once(() => line('/proc/sys/kernel/osrelease'));
  const bootId = once(() => line('/proc/sys/kernel/random/boot_id'));
  const capabilities = once(() => permittedCapabilities(readKernelFile('/proc/self/status') ?? ''));
  const lastCapability = once(() => Number(line('/proc/sys/kernel/cap_last_cap') || '40'));
  const cgroup = once(() => gatherCgroupFacts(cgroupMounts()));
  const rlimits = once(gatherRlimits);
  return {
    arch: hostArch,
    uid: libc.getuid(),
    pageSize: 4096,
    get kernelRelease() {
      return kernelRelease();
    },
    get bootId() {
      return bootId();
    },
    get capabilities() {
      return capabilities();
    },
    get lastCapability() {
      return lastCapability();
    },
    get cgroup() {
      return cgroup();
    },
    get rlimits() {
      return rlimits();
    },
  };
}

function once<T>(measure: () => T): () => T {
  let measured: { readonly value: T } | undefined;
  return () => (measured ??= { value: measure() }).value;
}

/** The line `CapPrm:`, a tab, and sixteen hexadecimal digits of proc_pid_status(5). */
function permittedCapabilities(status: string): bigint {
  const label = '\nCapPrm:\t';
  const at = status.indexOf(label);
  return at < 0 ? 0n : BigInt(`0x${status.slice(at + label.length, status.indexOf('\n', at + 1))}`);
}

function line(path: string): string {
  return (readKernelFile(path) ?? '').trimEnd();
}

const NOT_CONTROLLERS = new Set(['rw', 'ro', 'xattr', 'clone_children', 'noprefix', 'none', 'all']);

function gatherCgroupFacts(mounts: readonly CgroupMount[]): CgroupFacts {
  const unified = mounts.find(({ type }) => type === 'cgroup2')?.mountPoint;
  const hierarchies = mounts
    .filter(({ type }) => type === 'cgroup')
    .map(({ mountPoint, options }) => ({ mountPoint, controllers: options.filter(isController) }));
  const unifiedControllers = once(() => (unified === undefined ? [] : words(`${unified}/cgroup.controllers`)));
  const cpuset = hierarchies.find(({ controllers }) => controllers.includes('cpuset'))?.mountPoint;
  const cpus = once(() => (cpuset === undefined ? '' : line(`${cpuset}/cpuset.cpus`)));
  const mems = once(() => (cpuset === undefined ? '' : line(`${cpuset}/cpuset.mems`)));
  const swapAccounting = once(() => hasSwapAccounting(hierarchies, unifiedControllers()));
  return {
    mode: hierarchies.length === 0 ? 'v2' : unified === undefined ? 'v1' : 'hybrid',
    ...(unified === undefined ? {} : { unified }),
    // To see whether a container is paused needs none of these.
    get unifiedControllers() {
      return unifiedControllers();
    },
    hierarchies,
    get cpus() {
      return cpus();
    },
    get mems() {
      return mems();
    },
    get swapAccounting() {
      return swapAccounting();
    },
    get ioWeightFile() {
      return findIoWeightFile(unified, unifiedControllers(), hierarchies);
    },
  };
}

/** Only cgroups below a root have these files. BFQ's is there once a disk uses it, and then it is the one that counts. */
function findIoWeightFile(
  unified: string | undefined,
  unifiedControllers: readonly string[],
  hierarchies: CgroupFacts['hierarchies'],
): string | undefined {
  const v1 = hierarchies.find(({ controllers }) => controllers.includes('blkio'))?.mountPoint;
  const root = v1 ?? (unifiedControllers.includes('io') ? unified : undefined);
  if (root === undefined) return undefined;
  const names = v1 === undefined ? ['io.bfq.weight', 'io.weight'] : ['blkio.bfq.weight', 'blkio.weight'];
  const cgroups = listDirectory(root).filter((name) => statPath(`${root}/${name}`)?.kind === 'directory');
  const has = (name: string) => cgroups.some((cgroup) => statPath(`${root}/${cgroup}/${name}`) !== undefined);
  return names.find(has) ?? weightFileToCome(root, names[0]!);
}

/** Before there is a cgroup to look into: BFQ may be chosen for a disk, or the root has what only io.weight comes with. */
function weightFileToCome(root: string, ofBfq: string): string | undefined {
  const schedulers = listDirectory('/sys/block').map((disk) => line(`/sys/block/${disk}/queue/scheduler`));
  if (schedulers.some((names) => /\bbfq\b/.test(names))) return ofBfq;
  return statPath(`${root}/io.cost.qos`) === undefined ? undefined : 'io.weight';
}

function isController(option: string): boolean {
  return !NOT_CONTROLLERS.has(option) && !option.startsWith('release_agent=');
}

function words(path: string): string[] {
  return line(path).split(' ').filter(Boolean);
}

function hasSwapAccounting(hierarchies: CgroupFacts['hierarchies'], unifiedControllers: readonly string[]): boolean {
  const memory = hierarchies.find(({ controllers }) => controllers.includes('memory'))?.mountPoint;
  if (memory !== undefined) return statPath(`${memory}/memory.memsw.limit_in_bytes`) !== undefined;
  // cgroup v2's root has no memory.swap.max; without CONFIG_SWAP there is no /proc/swaps either.
  return unifiedControllers.includes('memory') && statPath('/proc/swaps') !== undefined;
}

function gatherRlimits(): HostFacts['rlimits'] {
  const limits: Record<number, { soft: bigint; hard: bigint }> = {};
  const pair = new BigUint64Array(2);
  for (let resource = 0; resource < RLIMIT_COUNT; resource++) {
    libc.getrlimit(resource, ptr(pair));
    limits[resource] = { soft: pair[0]!, hard: pair[1]! };
  }
  return limits;
}
