import { readProcessStat, type ProcessStat } from '../../kernel/process.ts';
import { cgroupProcesses } from '../../kernel/cgroup.ts';
import { readKernelFile } from '../../kernel/files.ts';
import { cgroupPath } from '../cgroup-path.ts';
import { findRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { requireRunning } from './kill.ts';

/** One process of a container, seen from the host and from inside. */
export interface ContainerProcess extends ProcessStat {
  /** The pid in the container's own pid namespace. */
  readonly innerPid: number;
  readonly innerParentPid: number;
  /** Process group, as `innerPid`. */
  readonly innerGroup: number;
  /** What it may is decided by the effective ids; the real ones are of who started it. */
  readonly uid: number;
  readonly gid: number;
  readonly realUid: number;
  readonly realGid: number;
  readonly groups: readonly number[];
  /** What a security module has put on it; empty where none is. */
  readonly label: string;
  readonly args: readonly string[];
  readonly tty: number;
  readonly cpuTicks: number;
  readonly startTicks: number;
  readonly nice: number;
  readonly virtualKiB: number;
  readonly residentKiB: number;
  readonly capabilities: Readonly<Record<'effective' | 'permitted' | 'inheritable' | 'bounding' | 'ambient', string>>;
  readonly seccomp: number;
}

/** The processes in a container's cgroup, oldest first. Throws ENOTRUNNING. */
export function listProcesses(world: World, reference: string): ContainerProcess[] {
  const record = findRecord(world, reference);
  requireRunning(world, record, 'list the processes of');
  const seen = cgroupProcesses(world.facts.cgroup, cgroupPath(record.config)).map(readProcess);
  const processes = seen.filter((one) => one !== undefined);
  const inner = new Map(processes.map(({ pid, innerPid }) => [pid, innerPid]));
  return processes
    .map((one) => ({ ...one, innerParentPid: inner.get(one.parentPid) ?? 0 }))
    .sort((a, b) => a.startTicks - b.startTicks || a.innerPid - b.innerPid);
}

function readProcess(pid: number): ContainerProcess | undefined {
  const stat = readProcessStat(pid);
  const status = readKernelFile(`/proc/${pid}/status`);
  if (stat === undefined || status === undefined) return undefined;
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  const numbers = (readKernelFile(`/proc/${pid}/stat`) ?? '')
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  const args = (readKernelFile(`/proc/${pid}/cmdline`) ?? '').split('\0').slice(0, -1);
  return {
    ...stat,
    innerPid: Number(field('NSpid').split(/\s+/).at(-1)),
    innerParentPid: 0,
    innerGroup: Number(field('NSpgid').split(/\s+/).at(-1)),
    uid: Number(field('Uid').split(/\s+/)[1]),
    gid: Number(field('Gid').split(/\s+/)[1]),
    realUid: Number(field('Uid').split(/\s+/)[0]),
    realGid: Number(field('Gid').split(/\s+/)[0]),
    groups: field('Groups').split(' ').filter(Boolean).map(Number),
    label: (readKernelFile(`/proc/${pid}/attr/current`) ?? '').replace(/[\0\n]+$/, ''),
    args,
    // proc_pid_stat(5), counted from field 3: tty_nr 7, utime 14, stime 15, nice 19, starttime 22.
    tty: numbers[4] ?? 0,
    cpuTicks: (numbers[11] ?? 0) + (numbers[12] ?? 0),
    nice: numbers[16] ?? 0,
    startTicks: numbers[19] ?? 0,
    virtualKiB: Number.parseInt(field('VmSize') || '0', 10),
    residentKiB: Number.parseInt(field('VmRSS') || '0', 10),
    capabilities: {
      effective: field('CapEff'),
      permitted: field('CapPrm'),
      inheritable: field('CapInh'),
      bounding: field('CapBnd'),
      ambient: field('CapAmb'),
    },
    seccomp: Number(field('Seccomp')),
  };
}
