import type { CgroupFacts } from '../plan/facts.ts';
import { cgroupDirectories } from './cgroup.ts';
import { statPath } from './file-status.ts';
import { listDirectory, readKernelFile } from './files.ts';
import { readProcessStat, signalProcess } from './process.ts';

/** The directories of a cgroup and of all below it, in the first hierarchy that has it. */
export function cgroupTree(facts: CgroupFacts, cgroupsPath: string): string[] {
  const top = cgroupDirectories(facts, cgroupsPath).find((directory) => statPath(directory) !== undefined);
  return top === undefined ? [] : below(top);
}

function below(directory: string): string[] {
  const children = listDirectory(directory).map((name) => `${directory}/${name}`);
  return [directory, ...children.filter((path) => statPath(path)?.kind === 'directory').flatMap(below)];
}

/** Pids of one cgroup's own processes. */
export function processesOf(directory: string): number[] {
  return (readKernelFile(`${directory}/cgroup.procs`) ?? '').split('\n').filter(Boolean).map(Number);
}

/** Signals each process of a cgroup as it is now. */
export function signalCgroup(directory: string, signal: number): void {
  for (const pid of processesOf(directory)) {
    const stat = readProcessStat(pid);
    if (stat !== undefined) signalProcess(stat, signal);
  }
}
