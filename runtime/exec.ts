import { closeDescriptor } from '../kernel/descriptors.ts';
import { joinedCgroups } from '../kernel/cgroup.ts';
import { readText } from '../kernel/files.ts';
import { foreignNamespaces } from '../kernel/namespaces.ts';
import { openPidfd, type ProcessIdentity } from '../kernel/process.ts';
import type { EnterTarget } from '../plan/enter.ts';
import { planExec } from '../plan/exec.ts';
import type { Plan } from '../plan/ops.ts';
import { seccompFilter } from '../plan/process.ts';
import { preservedSlot, SLOT } from '../plan/slots.ts';
import { hostOwner } from '../plan/supervision.ts';
import type { Process, RuntimeSpec } from '../spec/runtime.ts';
import { parseProcess } from '../spec/validate.ts';
import { asRuntimeError } from './bundle.ts';
import { compileFilter } from './compile-seccomp.ts';
import { type Container, findContainer, readConfig, recordedProcess, statusOf } from './container-record.ts';
import { type Kept, keepPlan } from './exec-template.ts';
import { grantable } from './grantable.ts';
import { withOwnSize } from './terminal-size.ts';
import { hookState, PID_MARK } from './state.ts';
import { listenerState, passListener } from './seccomp-listener.ts';
import { passCallerStreams, preserved } from './caller-streams.ts';
import { writePidFile } from './pid-file.ts';
import { runPlan } from './run-plan.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';

export interface ExecOptions {
  /** Makes the process from the container's own. */
  readonly process: (base: Process) => Process;
  readonly consoleSocket?: string;
  readonly consoleFd?: number;
  readonly pidFile?: string;
  readonly preserveFds?: number;
  /** A cgroup below the container's. */
  readonly cgroup?: string;
  /** What its plan may be kept for. */
  readonly kept?: Kept;
}

/** Runs a further process in a running container and answers its pid. Throws ESTATE where it does not run. */
export async function execInContainer(world: RuntimeWorld, id: string, options: ExecOptions): Promise<number> {
  const container = findContainer(world, id);
  const identity = runningProcess(world, container);
  const spec = readConfig(container);
  if (spec.process === undefined) throw notRunning(container, 'its "create" was killed');
  const target = openPidfd(identity);
  if (target === undefined) throw notRunning(container, 'it has stopped');
  const slots = new Map([[SLOT.target as number, target]]);
  try {
    const { seccompProgram } = await compileFilter(spec, world.facts);
    const { plan, process, hasWarned } = asRuntimeError(() =>
      planProcess(world, container, spec, enteredOf(world, identity, container, options), options, seccompProgram),
    );
    fillSlots(slots, spec, process, options);
    const outcome = await runPlan(world, plan, slots);
    if (outcome.kind !== 'started')
      throw runtimeError('EPLAN', 'run', `a process in container "${id}"`, 'its plan starts nothing');
    if (options.pidFile !== undefined) writePidFile(options.pidFile, outcome.pid);
    if (options.kept !== undefined && !hasWarned) keepPlan(container.files, identity.pid, process, plan, options.kept);
    return outcome.pid;
  } finally {
    for (const fd of slots.values()) if (fd !== options.consoleFd) closeDescriptor(fd);
  }
}

function runningProcess(world: RuntimeWorld, container: Container): ProcessIdentity {
  const status = statusOf(world, container);
  const process = recordedProcess(container);
  if (status === 'paused')
    throw runtimeError('ESTATE', 'run', `a process in container "${container.id}"`, 'it is paused', 'resume it first');
  if (process === undefined || status === 'stopped' || status === 'creating')
    throw notRunning(container, `it is ${status}`);
  return process;
}

function notRunning({ id }: Container, why: string): Error {
  return runtimeError('ESTATE', 'run', `a process in container "${id}"`, `container not running: ${why}`);
}

/** The container that is entered: its first process, and where that is. */
export interface Entered {
  readonly pid: number;
  readonly target: EnterTarget;
}

export interface PlannedProcess {
  readonly plan: Plan;
  readonly process: Process;
  readonly hasWarned: boolean;
}

/** As `exec` plans a process, for who knows where the container is. */
export function planProcess(
  world: Pick<RuntimeWorld, 'facts' | 'warn'>,
  container: Container,
  spec: RuntimeSpec,
  { pid, target }: Entered,
  options: ExecOptions,
  seccompProgram: Uint8Array | undefined,
): PlannedProcess {
  const asked = parseProcess(options.process(spec.process!));
  let hasWarned = false;
  const warn = (message: string): void => {
    hasWarned = true;
    world.warn(message);
  };
  const process = grantable(withOwnSize(asked, options.consoleFd), spec, world.facts, warn);
  checkTerminal(process, options);
  const { id } = container;
  const listener = listenerState(spec, hookState(container, 'running', pid), PID_MARK);
  const seccomp = seccompFilter(spec.linux?.seccomp, seccompProgram, listener);
  const context = {
    id,
    target,
    owner: hostOwner({ ...spec, process }),
    preservedFds: options.preserveFds ?? 0,
    ...(seccomp === undefined ? {} : { seccomp }),
    linux: spec.linux ?? {},
  };
  return { plan: planExec(process, context, world.facts), process, hasWarned };
}

function enteredOf(
  world: RuntimeWorld,
  { pid }: ProcessIdentity,
  { cgroupsPath }: Container,
  { cgroup }: ExecOptions,
): Entered {
  return { pid, target: { namespaces: foreignNamespaces(pid), cgroup: cgroupOf(world, pid, cgroupsPath, cgroup) } };
}

/** Where the container's first process is, or below that. */
function cgroupOf(
  { facts }: RuntimeWorld,
  pid: number,
  cgroupsPath: string,
  below: string | undefined,
): { unified?: string; v1: string[] } {
  if (cgroupsPath === '') return { v1: [] };
  const { unified, v1 } = joinedCgroups(facts.cgroup, pid, cgroupsPath);
  if (below === undefined || below === '' || below === '/')
    return { v1, ...(unified === undefined ? {} : { unified }) };
  if (below.split('/').includes('..'))
    throw runtimeError('ECGROUP', 'join', `cgroup "${below}"`, 'it leads out of the container');
  const join = (path: string) => `${path}/${below.replace(/^\/+/, '')}`;
  return { v1: v1.map(join), ...(unified === undefined ? {} : { unified: join(unified) }) };
}

function checkTerminal(process: Process, { consoleSocket, consoleFd }: ExecOptions): void {
  const has = consoleSocket !== undefined || consoleFd !== undefined;
  if (process.terminal && !has) {
    throw runtimeError(
      'ECONSOLE',
      'open',
      'a terminal',
      'cannot allocate tty if runtime will detach without setting console socket',
      'see --console-socket',
    );
  }
  if (has && !process.terminal) {
    throw runtimeError(
      'ECONSOLE',
      'use',
      '--console-socket',
      'cannot use console socket if runtime will not detach or allocate tty',
    );
  }
}

function fillSlots(slots: Map<number, number>, spec: RuntimeSpec, process: Process, options: ExecOptions): void {
  passListener(slots, spec);
  passCallerStreams(slots, process.terminal ?? false, options);
  preserved(options.preserveFds ?? 0).forEach((fd, index) => slots.set(preservedSlot(index), fd));
}

/** A process.json as it stands. Throws ENOPROCESS, ESPEC. */
export function readProcessFile(path: string): unknown {
  return parseProcessFile(path, readProcessText(path));
}

export function readProcessText(path: string): string {
  const text = readText(path);
  if (text === undefined) throw runtimeError('ENOPROCESS', 'read', `"${path}"`, 'no such file or directory');
  return text;
}

export function parseProcessFile(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw runtimeError('ESPEC', 'use', `"${path}"`, `it is no JSON: ${(cause as Error).message}`);
  }
}
