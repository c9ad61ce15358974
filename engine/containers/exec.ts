import { LimpidError } from '../../base/error.ts';
import { joinedCgroups } from '../../kernel/cgroup.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { libc } from '../../kernel/libc.ts';
import { foreignNamespaces } from '../../kernel/namespaces.ts';
import { openPidfd } from '../../kernel/process.ts';
import { planEnter } from '../../plan/enter.ts';
import type { Plan } from '../../plan/ops.ts';
import { seccompFilter, type SeccompFilter } from '../../plan/process.ts';
import { SLOT } from '../../plan/slots.ts';
import { hostOwner } from '../../plan/supervision.ts';
import { joinedReferences } from './joined.ts';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import { cgroupPath } from '../cgroup-path.ts';
import type { ContainerConfig } from '../config.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';
import { notRunning, requireRunning } from './kill.ts';
import type { TerminalSize } from './prepare.ts';
import { readSpec } from './read-spec.ts';
import type { SeccompChoice } from './seccomp-profile.ts';
import { chooseSeccomp } from './seccomp.ts';
import { launchError } from './start.ts';

/** A further command for a running container; what is not said is as for its first process. */
export interface ExecRequest {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workdir?: string;
  readonly terminal?: boolean;
  readonly interactive?: boolean;
  readonly privileged?: boolean;
  readonly size?: TerminalSize;
}

export interface ExecSession extends ContainerRecord {
  readonly pid: number;
  /** Frames of this process flow here; the caller closes it or becomes its client. */
  readonly controlFd: number;
  /** What it was started by. */
  readonly plan: Plan;
  readonly trace: string;
}

export interface PreparedExec {
  readonly spec: RuntimeSpec;
  readonly plan: Plan;
}

/** Runs a further process in a running container. Throws ENOTRUNNING, EPAUSED, and what the launch throws. */
export async function execInContainer(world: World, reference: string, request: ExecRequest): Promise<ExecSession> {
  const record = findRecord(world, reference);
  const { process, status } = requireRunning(world, record, 'run a command in');
  if (status === 'paused') throw paused(record);
  const { plan } = await prepareExec(world, record, process.pid, request);
  const target = openPidfd(process);
  if (target === undefined) throw notRunning(record, 'run a command in', 'exited');
  try {
    const launched = launchPlan({ plan, executor: await world.executor, slots: new Map([[SLOT.target, target]]) });
    const { outcome, controlFd, trace } = launched;
    if (outcome.kind === 'started') return { ...record, pid: outcome.pid, controlFd, plan, trace };
    throw await launchError(plan, outcome, `a command in container "${record.config.name}"`);
  } finally {
    libc.close(target);
  }
}

/** The stages of an exec as data, computed from the container's config with the request laid over it. */
export async function prepareExec(
  world: World,
  record: ContainerRecord,
  pid: number,
  request: ExecRequest,
): Promise<PreparedExec> {
  const { paths } = record;
  const config = overlaid(record.config, request);
  const seccomp = await chooseSeccomp(world.facts, config);
  const lower = await resolveRootfs(world, config.rootfs);
  // Whatever it joined it is in: those whom it joined may be gone.
  const joined = Object.fromEntries(joinedReferences(config).map((reference) => [reference, pid]));
  const { spec, because } = await readSpec(world, config, paths, lower, seccomp, joined);
  const process = spec.process!;
  if (request.terminal && request.size !== undefined)
    process.consoleSize = { height: request.size.rows, width: request.size.columns };
  const context = {
    id: config.id,
    target: { namespaces: foreignNamespaces(pid), cgroup: joinedCgroups(world.facts.cgroup, pid, cgroupPath(config)) },
    because,
    owner: hostOwner(spec),
    stdin: request.interactive ?? false,
    ...filterOf(seccomp),
  };
  return { spec, plan: planEnter(process, context, world.facts) };
}

function filterOf(seccomp: SeccompChoice | undefined): { seccomp?: SeccompFilter } {
  const filter = seccompFilter(seccomp?.profile, seccomp?.program);
  return filter === undefined ? {} : { seccomp: filter };
}

function overlaid(config: ContainerConfig, request: ExecRequest): ContainerConfig {
  return {
    ...config,
    entrypoint: [],
    command: request.command,
    env: { ...config.env, ...request.env },
    ...(request.user === undefined ? {} : { user: request.user }),
    ...(request.workdir === undefined ? {} : { workdir: request.workdir }),
    terminal: request.terminal ?? false,
    init: false,
    privileged: config.privileged || (request.privileged ?? false),
    because: {
      'process.args': 'the command line',
      'process.terminal': request.terminal ? '--tty' : 'default: no terminal',
      ...(request.user === undefined ? {} : { 'process.user': `--user ${request.user}` }),
      ...(request.workdir === undefined ? {} : { 'process.cwd': `--workdir ${request.workdir}` }),
    },
  };
}

function paused({ config }: ContainerRecord): LimpidError {
  const subject = `a command in container "${config.name}"`;
  return new LimpidError({
    code: 'EPAUSED',
    doing: 'run',
    subject,
    why: 'it is paused',
    hint: `\`limpid unpause ${config.name}\` first`,
  });
}
