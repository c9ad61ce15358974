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

/** Namespaces of ours and of the container, our capabilities, its cgroups: what a plan of `exec` is computed from. */
export function templateFacts(pid: number): TemplateFacts | undefined {
  const links = NAMESPACES.map((type) =>
    [`/proc/self/ns/${type}`, `/proc/${pid}/ns/${type}`].map((link) => readSymlink(link) ?? ''),
  );
  const capabilities = /\nCapPrm:\t([0-9a-f]{16})\n/.exec(readKernelFile('/proc/self/status') ?? '')?.[1];
  const cgroups = readKernelFile(`/proc/${pid}/cgroup`);
  if (capabilities === undefined || cgroups === undefined) return undefined;
  return {
    text: `${links.map(([ours, theirs]) => `${ours}\n${theirs}\n`).join('')}${capabilities}\n${cgroups}`,
    foreign: NAMESPACES.filter((_, index) => links[index]![0] !== links[index]![1]),
    cgroups,
  };
}
