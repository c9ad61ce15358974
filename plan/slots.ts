import type { Op } from './ops.ts';

const NAMESPACES = ['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time'] as const;
type Namespace = (typeof NAMESPACES)[number];

/** The executor's descriptor slots by what they hold. `NONE` as `at` means: an absolute path. */
export const NONE = -1;
export const SLOT = {
  /** The container's root directory, in the child's mount namespace. */
  root: 0,
  /** /proc/PID of the child, as the executor sees it. */
  proc: 1,
  pidfd: 2,
  /** The container's directory in the unified hierarchy. */
  cgroup: 3,
  /** The file that counts OOM kills. */
  oom: 4,
  nullDevice: 5,
  /** The pidfd of a process whose namespaces are entered; inherited from `limpid`. */
  target: 6,
  /** The container's lock, inherited from `limpid`: the monitor holds it as long as it lives. */
  lock: 7,
  /** A user namespace with the container's id maps, by which its layers are shown to it. */
  idMaps: 8,
  /** What a tmpfs that begins as its copy hides. */
  copied: 69,
} as const;

const JOINED = 9;
const OWN = 17;
const SOURCES = 25;
const CALLERS = 64;
const PRESERVED = 80;
const COUNT = 256;

/** What the caller of an OCI runtime hands to the container, and its start gate; all inherited from the runtime. */
export const CALLER_SLOT = { stdin: 64, stdout: 65, stderr: 66, console: 67, gate: 68, seccomp: 70 } as const;

/** Where the descriptor of a namespace that is to be joined is kept. */
export function joinedSlot(type: Namespace): number {
  return JOINED + NAMESPACES.indexOf(type);
}

/** Where the executor keeps its own namespace of a type, to return to it. */
export function ownSlot(type: Namespace): number {
  return OWN + NAMESPACES.indexOf(type);
}

/** Slots for the sources of bind mounts that the child must open before it changes its user. */
export function sourceSlot(index: number): number {
  if (index >= CALLERS - SOURCES) throw new RangeError(`no slot for bind mount ${index + 1} in a user namespace`);
  return SOURCES + index;
}

/** Slots for the mounts whose ids the host has mapped, from the end of those for sources. */
export function mappedSlot(index: number): number {
  if (index >= (CALLERS - SOURCES) / 2) throw new RangeError(`no slot for id-mapped mount ${index + 1}`);
  return CALLERS - 1 - index;
}

/** Where the caller's descriptor 3 + `index` is, for `--preserve-fds`. */
export function preservedSlot(index: number): number {
  if (index >= COUNT - PRESERVED) throw new RangeError(`no slot for descriptor ${index + 3} of the caller`);
  return PRESERVED + index;
}

/** A slot's name, for people: `root`, `joined network`, `source 2`. */
export function slotName(slot: number): string {
  const fixed = Object.entries({ ...SLOT, ...CALLER_SLOT }).find(([, number]) => number === slot);
  if (fixed !== undefined) return fixed[0];
  if (slot >= PRESERVED) return `descriptor ${slot - PRESERVED + 3} of the caller`;
  if (slot >= SOURCES) return `source ${slot - SOURCES + 1}`;
  if (slot >= OWN) return `own ${NAMESPACES[slot - OWN]}`;
  if (slot >= JOINED) return `joined ${NAMESPACES[slot - JOINED]}`;
  return slot === NONE ? 'none' : `slot ${slot}`;
}

/** `close` for each descriptor that the child still holds behind these operations: cwd and exec must not reach them. */
export function closeOpenSlots(ops: readonly Op[], inherited: readonly number[] = []): Op[] {
  const open = new Set(inherited);
  let cloned = false;
  for (const op of ops) {
    if (op.op === 'clone') cloned = true;
    const seenByChild = op.stage !== 'host' || !cloned;
    if ((op.op === 'open' || op.op === 'user_namespace' || op.op === 'clone_mount') && seenByChild) open.add(op.slot);
    if (op.op === 'close' && seenByChild) open.delete(op.slot);
  }
  const because = 'no descriptor of the host stays reachable from inside';
  return [...open].map((slot) => ({ op: 'close', stage: 'init', because, slot }));
}
