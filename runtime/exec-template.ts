import { readKernelFile, readSymlink, removeFile, renamePath, writeFile } from '../kernel/files.ts';
import { OPS_DIGEST } from '../plan/ops-digest.gen.ts';
import type { Plan } from '../plan/ops.ts';
import { execCandidates } from '../plan/process.ts';
import { encodePlan } from '../plan/wire.ts';
import type { Process } from '../spec/runtime.ts';
import type { ContainerFiles } from './container-files.ts';

const NAMESPACES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'];

/** What the plan of an `exec` is kept for: other words in the same process, or the same `--process` file. */
export type Kept = { readonly kind: 'words' } | { readonly kind: 'process'; readonly text: string };

/**
 * Keeps the plan of a process. With it the launcher runs the next one, as long as everything that this plan was computed
 * from is still so (native/direct_exec.c).
 */
export function keepPlan(files: ContainerFiles, pid: number, process: Process, plan: Plan, kept: Kept): void {
  if (process.terminal || plan.some(({ op }) => op === 'seccomp_listen')) return;
  const facts = templateFacts(pid);
  if (facts !== undefined) keepEncoded(files, facts, process, encodePlan(plan), kept);
}

/** The same for a plan that is encoded, has no terminal and asks no listener. */
export function keepEncoded(
  files: ContainerFiles,
  facts: TemplateFacts,
  process: Process,
  bytes: Uint8Array,
  kept: Kept,
): void {
  const head = [`limpid-exec ${OPS_DIGEST}`, facts.text, ...headOf(process, kept)];
  const text = new TextEncoder().encode(head.map((field) => `${field}\0`).join(''));
  const whole = new Uint8Array(text.length + bytes.length);
  whole.set(text);
  whole.set(bytes, text.length);
  const path = kept.kind === 'words' ? files.execTemplate : files.execProcess;
  const unfinished = `${path}.${Bun.nanoseconds()}`;
  try {
    writeFile(unfinished, whole, { mode: 0o600, sync: false });
    renamePath(unfinished, path);
  } catch {
    // The container is being deleted, or memory is full: the next one is computed again.
    removeFile(unfinished);
  }
}

function headOf(process: Process, kept: Kept): string[] {
  if (kept.kind === 'process') return [kept.text];
  const prefixes = execCandidates({ ...process, args: ['x'] }).map((path) => path.slice(0, -1));
  return [String(prefixes.length), ...prefixes];
}

export interface TemplateFacts {
  readonly text: string;
  /** Files below /proc/PID/ns that lead elsewhere than ours. */
  readonly foreign: readonly string[];
  /** /proc/PID/cgroup. */
  readonly cgroups: string;
}

/** As much of it as is known before there is a container. */
interface CallerFacts {
  readonly namespaces: readonly string[];
  /** Sixteen hexadecimal digits, as /proc/self/status has them. */
  readonly capabilities: string;
}

export function callerFacts(): CallerFacts {
  const status = readKernelFile('/proc/self/status') ?? '';
  const label = '\nCapPrm:\t';
  const at = status.indexOf(label) + label.length;
  return { namespaces: namespacesOf('self'), capabilities: status.slice(at, at + 16) };
}

function namespacesOf(process: string): string[] {
  return NAMESPACES.map((type) => readSymlink(`/proc/${process}/ns/${type}`) ?? '');
}

/** Namespaces of ours and of the container, our capabilities, its cgroups: what a plan of `exec` is computed from. */
export function templateFacts(pid: number, caller: CallerFacts = callerFacts()): TemplateFacts | undefined {
  const theirs = namespacesOf(String(pid));
  const cgroups = readKernelFile(`/proc/${pid}/cgroup`);
  if (cgroups === undefined) return undefined;
  let text = '';
  for (let at = 0; at < theirs.length; at++) text += `${caller.namespaces[at]}\n${theirs[at]}\n`;
  return {
    text: `${text}${caller.capabilities}\n${cgroups}`,
    foreign: NAMESPACES.filter((_, at) => caller.namespaces[at] !== theirs[at]),
    cgroups,
  };
}
