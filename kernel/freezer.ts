import { parseFlatKeyed } from '../abi/cgroup-files.ts';
import type { CgroupFacts } from '../plan/facts.ts';
import { readKernelFile, readKernelRecord, writeKernelFile } from './files.ts';

/** The file that freezes a cgroup: cgroup.freeze where cgroup2 is mounted, with or without controllers. */
export function freezerFile(
  facts: CgroupFacts,
  cgroupsPath: string,
): { path: string; frozen: string; thawed: string } | undefined {
  if (facts.unified !== undefined)
    return { path: `${facts.unified}${cgroupsPath}/cgroup.freeze`, frozen: '1', thawed: '0' };
  const v1 = facts.hierarchies.find(({ controllers }) => controllers.includes('freezer'))?.mountPoint;
  return v1 === undefined
    ? undefined
    : { path: `${v1}${cgroupsPath}/freezer.state`, frozen: 'FROZEN', thawed: 'THAWED' };
}

export function isFrozen(facts: CgroupFacts, cgroupsPath: string): boolean {
  const file = freezerFile(facts, cgroupsPath);
  return file !== undefined && readKernelRecord(file.path)?.trimEnd() === file.frozen;
}

/**
 * Freezes or thaws all processes of a cgroup, and waits until they stand still, for two seconds at most: one that the
 * kernel does not let go of stands anyhow. False where this kernel has no freezer mounted.
 */
export function setFrozen(facts: CgroupFacts, cgroupsPath: string, frozen: boolean): boolean {
  const file = freezerFile(facts, cgroupsPath);
  if (file === undefined) return false;
  writeKernelFile(file.path, frozen ? file.frozen : file.thawed);
  if (frozen) awaitFrozen(file);
  return true;
}

function awaitFrozen(file: NonNullable<ReturnType<typeof freezerFile>>): void {
  const deadlineNs = Bun.nanoseconds() + FREEZE_NS;
  while (!hasFrozen(file) && Bun.nanoseconds() < deadlineNs) {
    // While it is FREEZING, v1 tries again with those that did not stop only when it is told to.
    if (file.frozen === 'FROZEN') writeKernelFile(file.path, file.frozen);
    Bun.sleepSync(1);
  }
}

const FREEZE_NS = 2e9;

/** v2 has another file for what came of it; v1 says FREEZING until it is done. */
function hasFrozen({ path, frozen }: { readonly path: string; readonly frozen: string }): boolean {
  const events = path.replace(/cgroup\.freeze$/, 'cgroup.events');
  if (events !== path) return parseFlatKeyed(readKernelFile(events) ?? '')['frozen'] === 1;
  return readKernelFile(path)?.trimEnd() === frozen;
}
