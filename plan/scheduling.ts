import type { Linux, Process } from '../spec/runtime.ts';
import type { Op, Stage } from './ops.ts';
import type { Because } from './request.ts';
import { specError } from './spec-error.ts';

/** sched(7). */
const POLICIES: Readonly<Record<string, number>> = {
  SCHED_OTHER: 0,
  SCHED_FIFO: 1,
  SCHED_RR: 2,
  SCHED_BATCH: 3,
  SCHED_ISO: 4,
  SCHED_IDLE: 5,
  SCHED_DEADLINE: 6,
};
const SCHED_FLAGS: Readonly<Record<string, number>> = {
  SCHED_FLAG_RESET_ON_FORK: 0x01,
  SCHED_FLAG_RECLAIM: 0x02,
  SCHED_FLAG_DL_OVERRUN: 0x04,
  SCHED_FLAG_KEEP_POLICY: 0x08,
  SCHED_FLAG_KEEP_PARAMS: 0x10,
  SCHED_FLAG_UTIL_CLAMP_MIN: 0x20,
  SCHED_FLAG_UTIL_CLAMP_MAX: 0x40,
};
/** ioprio_set(2). */
const IO_CLASSES: Readonly<Record<string, number>> = { IOPRIO_CLASS_RT: 1, IOPRIO_CLASS_BE: 2, IOPRIO_CLASS_IDLE: 3 };
const IOPRIO_CLASS_SHIFT = 13;
/** set_mempolicy(2). */
const MEMORY_MODES: Readonly<Record<string, number>> = {
  MPOL_DEFAULT: 0,
  MPOL_PREFERRED: 1,
  MPOL_BIND: 2,
  MPOL_INTERLEAVE: 3,
  MPOL_LOCAL: 4,
  MPOL_PREFERRED_MANY: 5,
  MPOL_WEIGHTED_INTERLEAVE: 6,
};
const MEMORY_FLAGS: Readonly<Record<string, number>> = {
  MPOL_F_STATIC_NODES: 1 << 15,
  MPOL_F_RELATIVE_NODES: 1 << 14,
  MPOL_F_NUMA_BALANCING: 1 << 13,
};
/** personality(2). */
const PERSONALITIES: Readonly<Record<string, number>> = { LINUX: 0, LINUX32: 8 };

/** Init stage, while the process may still do so. Throws LimpidError `ESPEC` for a name that the kernel does not know. */
export function schedule({ scheduler, ioPriority }: Process, because: Because): Op[] {
  const ops: Op[] = [];
  if (scheduler !== undefined) {
    const { policy, flags = [], nice = 0, priority = 0, runtime = 0, deadline = 0, period = 0 } = scheduler;
    ops.push({
      op: 'set_scheduler',
      stage: 'init',
      because: because('process.scheduler'),
      policy: known(POLICIES, policy, 'process.scheduler.policy'),
      flags: flags.reduce((all, flag) => all | known(SCHED_FLAGS, flag, 'process.scheduler.flags'), 0),
      nice,
      priority,
      runtime: BigInt(runtime),
      deadline: BigInt(deadline),
      period: BigInt(period),
    });
  }
  if (ioPriority !== undefined) {
    const level = known(IO_CLASSES, ioPriority.class, 'process.ioPriority.class') << IOPRIO_CLASS_SHIFT;
    const because_ = because('process.ioPriority');
    ops.push({ op: 'set_ioprio', stage: 'init', because: because_, value: level | ioPriority.priority });
  }
  return ops;
}

/** Init stage: where the process's memory lies, and for which Linux it was made. */
export function placeMemory({ memoryPolicy, personality }: Linux, because: Because): Op[] {
  const ops: Op[] = [];
  if (memoryPolicy !== undefined) {
    const { mode, nodes = '', flags = [] } = memoryPolicy;
    const bits = flags.reduce((all, flag) => all | known(MEMORY_FLAGS, flag, 'linux.memoryPolicy.flags'), 0);
    ops.push({
      op: 'set_mempolicy',
      stage: 'init',
      because: because('linux.memoryPolicy'),
      mode: known(MEMORY_MODES, mode, 'linux.memoryPolicy.mode') | bits,
      nodes: bitMask(nodes, 'linux.memoryPolicy.nodes'),
    });
  }
  if (personality !== undefined) {
    if (personality.flags?.length)
      throw specError('linux.personality.flags', 'no flag is supported by the runtime spec');
    const persona = known(PERSONALITIES, personality.domain, 'linux.personality.domain');
    ops.push({ op: 'set_personality', stage: 'init', because: because('linux.personality'), persona });
  }
  return ops;
}

/** `final` of execCPUAffinity goes last, `initial` before the cgroup is joined. */
export function setAffinity(cpus: string | undefined, stage: Stage, field: string, because: Because): Op[] {
  if (cpus === undefined || cpus === '') return [];
  return [{ op: 'set_affinity', stage, because: because(field), cpus: bitMask(cpus, field) }];
}

function known(table: Readonly<Record<string, number>>, name: string, field: string): number {
  const value = Object.hasOwn(table, name) ? table[name] : undefined;
  if (value === undefined) throw specError(field, `"${name}" is none of ${Object.keys(table).join(', ')}`);
  return value;
}

const MAX_BITS = 8192;

/** `0-3,7` as a bit mask of whole 64-bit words, lowest first, as the kernel reads them. */
export function bitMask(list: string, field: string): Uint8Array {
  const numbers = list
    .split(',')
    .filter((part) => part.trim() !== '')
    .flatMap((part) => rangeOf(part.trim(), field));
  if (numbers.length === 0) return new Uint8Array(0);
  const mask = new Uint8Array(8 * Math.ceil((Math.max(...numbers) + 1) / 64));
  for (const number of numbers) mask[number >> 3]! |= 1 << (number & 7);
  return mask;
}

function rangeOf(part: string, field: string): number[] {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first === undefined || from > to || to >= MAX_BITS)
    throw specError(field, `"${part}" is no number or range such as 0-3`);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
