import { tracePhase } from '../base/trace.ts';
import { closeDescriptor } from '../kernel/descriptors.ts';
import { makeDirectories, makeDirectory } from '../kernel/files.ts';
import { waitLock } from '../kernel/locks.ts';
import { listenUnix } from '../kernel/unix-socket.ts';
import { type CreateContext, planCreate } from '../plan/create.ts';
import type { Plan } from '../plan/ops.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import { CALLER_SLOT, preservedSlot } from '../plan/slots.ts';
import { asRuntimeError, readBundle, type Bundle } from './bundle.ts';
import { compileFilter } from './compile-seccomp.ts';
import { writeDirect } from './direct.ts';
import { passCallerStreams, preserved } from './caller-streams.ts';
import { checkId, ContainerFiles } from './container-files.ts';
import {
  type BehindGate,
  type Container,
  type ContainerRecord,
  writeBehindGate,
  writeConfig,
  writeRecord,
} from './container-record.ts';
import type { FirstExec } from './first-exec.ts';
import { forgetFailed } from './forget.ts';
import { grantable } from './grantable.ts';
import { type NewRecord, newRecord } from './new-record.ts';
import { runPlan } from './run-plan.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';
import { listenerState, passListener } from './seccomp-listener.ts';
import { observeCgroup } from './shared-cgroup.ts';
import { sourceKinds } from './source-kinds.ts';
import { withOwnSize } from './terminal-size.ts';
import { hookState, PID_MARK } from './state.ts';
import { writePidFile } from './pid-file.ts';

export interface CreateOptions {
  /** Absolute path of the bundle. */
  readonly bundle: string;
  /** Another file than the bundle's config.json. */
  readonly config?: string;
  /** Gets the terminal's master; alternatively a descriptor that is connected already. */
  readonly consoleSocket?: string;
  readonly consoleFd?: number;
  readonly pidFile?: string;
  readonly preserveFds?: number;
  readonly newKeyring?: boolean;
  readonly noPivot?: boolean;
  /** The process does not wait for its start: for `run`, where no hook has a say in it. */
  readonly startsAtOnce?: boolean;
  /** For a container that others will start and delete: lets the launcher do it. */
  readonly forOthers?: boolean;
  /** Called while the executor is at work. */
  readonly meanwhile?: (record: ContainerRecord) => void;
}

type BundleOptions = Omit<CreateOptions, 'bundle' | 'config'>;

export interface Created {
  readonly pid: number;
  readonly container: Container;
}

/** Makes a container up to its start gate and answers its pid. What is left of a failed one is removed. */
export async function createContainer(world: RuntimeWorld, id: string, options: CreateOptions): Promise<number> {
  const files = new ContainerFiles(world.root, checkId(id));
  const bundle = readBundle(options.bundle, options.config);
  return (await createFromBundle(world, files, bundle, options)).pid;
}

/** The same for who has read the bundle already. */
export async function createFromBundle(
  world: RuntimeWorld,
  files: ContainerFiles,
  bundle: Bundle,
  options: BundleOptions,
): Promise<Created> {
  checkTerminal(bundle, options);
  makeDirectories(world.root, 0o711);
  if (!makeDirectory(files.directory, 0o711)) {
    throw runtimeError('EIDINUSE', 'create', `container "${files.id}"`, 'container with given ID already exists');
  }
  const lock = waitLock(files.createLock);
  try {
    const created = await createIn(world, files, bundle, options);
    if (options.pidFile !== undefined) writePidFile(options.pidFile, created.pid);
    return created;
  } catch (error) {
    await forgetFailed(world, files);
    throw error;
  } finally {
    if (lock !== 'absent') lock.release();
  }
}

function checkTerminal({ spec }: Bundle, { consoleSocket, consoleFd }: BundleOptions): void {
  const has = consoleSocket !== undefined || consoleFd !== undefined;
  if (spec.process?.terminal && !has) {
    const why = 'cannot allocate tty if runtime will detach without setting console socket';
    throw runtimeError('ECONSOLE', 'use', '"process.terminal" of the runtime spec', why, 'see --console-socket');
  }
  if (has && !spec.process?.terminal) {
    const why = 'cannot use console socket if runtime will not detach or allocate tty';
    throw runtimeError('ECONSOLE', 'use', '--console-socket', why);
  }
}

async function createIn(
  world: RuntimeWorld,
  files: ContainerFiles,
  bundle: Bundle,
  options: BundleOptions,
): Promise<Created> {
  // Read while the rest is planned.
  void world.executor();
  const places = await placesOf(world, bundle.spec, files.id);
  const firstExec = options.forOthers ? await import('./first-exec.ts') : undefined;
  const identity = await newRecord(world, files, bundle);
  const scope =
    identity.unit === undefined
      ? undefined
      : await (await import('./systemd.ts')).startScope(world, identity, bundle.spec);
  try {
    const planned = asRuntimeError(() => planContainer(world, identity, bundle, options, places, scope?.keeper));
    const expectExec = (): FirstExec | undefined =>
      firstExec?.expectExec(world, files, planned.record, bundle.spec, places.seccompProgram);
    return await carryOut(world, files, bundle, { ...options, expectExec }, planned);
  } finally {
    await scope?.release();
  }
}

async function carryOut(
  world: RuntimeWorld,
  files: ContainerFiles,
  bundle: Bundle,
  options: BundleOptions & { readonly expectExec: () => FirstExec | undefined },
  { record, behindGate, plan }: PlannedContainer,
): Promise<Created> {
  tracePhase('plan computed');
  // First of all: what a killed `create` leaves behind is found by it.
  writeRecord(files, record);
  const slots = inheritedSlots(files, bundle, options);
  tracePhase('record written');
  let exec: FirstExec | undefined;
  const describe = (): void => {
    writeConfig({ files }, bundle.spec);
    if (!options.startsAtOnce) writeBehindGate(files, behindGate);
    if (options.forOthers) writeDirect(world, files, record, bundle.spec);
    options.meanwhile?.(record);
    exec = options.expectExec();
    tracePhase('the rest written');
  };
  try {
    const outcome = await runPlan(world, plan, slots, describe);
    tracePhase('container created');
    if (outcome.kind !== 'started')
      throw runtimeError('EPLAN', 'create', `container "${files.id}"`, 'its plan starts nothing');
    exec?.keep(outcome.pid);
    return { pid: outcome.pid, container: { ...record, files } };
  } finally {
    for (const fd of slots.values()) if (fd !== options.consoleFd) closeDescriptor(fd);
  }
}

type Places = Pick<CreateContext, 'netDevices' | 'resctrl' | 'seccompProgram'>;

/** What few containers ask for, and what has to be looked at on the host before it can be planned. */
async function placesOf({ facts }: RuntimeWorld, spec: RuntimeSpec, id: string): Promise<Places> {
  const { netDevices, intelRdt } = spec.linux ?? {};
  const resctrl = intelRdt === undefined ? undefined : (await import('./intel-rdt.ts')).findResctrl(spec, id);
  return {
    ...(netDevices === undefined ? {} : { netDevices: (await import('./net-devices.ts')).netDeviceOps(spec) }),
    ...(resctrl === undefined ? {} : { resctrl }),
    ...(await compileFilter(spec, facts)),
  };
}

interface PlannedContainer {
  readonly record: ContainerRecord;
  readonly behindGate: BehindGate;
  readonly plan: Plan;
}

function planContainer(
  world: RuntimeWorld,
  identity: NewRecord,
  bundle: Bundle,
  { preserveFds = 0, newKeyring = true, noPivot = false, startsAtOnce = false, consoleFd }: BundleOptions,
  places: Places,
  keeper: number | undefined,
): PlannedContainer {
  const { spec, rootfs } = bundle;
  const files = new ContainerFiles(world.root, identity.id);
  const { cgroupsPath } = identity;
  const observed = cgroupsPath === '' ? undefined : observeCgroup(world.facts, cgroupsPath, keeper);
  const facts = observed?.facts ?? world.facts;
  const state = hookState(identity, 'creating', PID_MARK);
  const [beforePid = '', afterPid = ''] = state.split(`${PID_MARK}`);
  const context: CreateContext = {
    id: files.id,
    rootfs: { kind: 'directory', path: rootfs },
    because: {},
    bringLoopbackUp: true,
    sourceKinds: sourceKinds(spec),
    sharedCgroup: observed?.shared ?? { mode: 'disabled', exists: false, filledCpusets: [] },
    processRecord: files.process,
    preservedFds: preserveFds,
    newKeyring,
    startsAtOnce,
    noPivot,
    ...places,
    hookState: { beforePid, afterPid },
    listenerState: listenerState(spec, state, PID_MARK),
  };
  tracePhase('filter compiled');
  const process = spec.process && grantable(withOwnSize(spec.process, consoleFd), spec, facts, world.warn);
  const granted = {
    ...spec,
    ...(process && { process }),
    linux: { ...spec.linux, ...(cgroupsPath !== '' && { cgroupsPath }) },
  };
  const plan = planCreate(granted, context, facts);
  const mounts = plan.flatMap((op) => (op.op === 'umount' && op.stage === 'cleanup' ? [op.path] : []));
  const from = startsAtOnce ? plan.length : plan.findIndex(({ op }) => op === 'start_gate');
  const resctrl = places.resctrl === undefined ? {} : { resctrl: places.resctrl.own };
  const existed = observed?.shared.exists ? { cgroupExisted: true } : {};
  return { record: { ...identity, mounts, ...resctrl, ...existed }, behindGate: { from, ops: plan.slice(from) }, plan };
}

function inheritedSlots(files: ContainerFiles, { spec }: Bundle, options: BundleOptions): Map<number, number> {
  const slots = new Map<number, number>();
  if (!options.startsAtOnce) slots.set(CALLER_SLOT.gate, listenUnix(files.gate));
  passListener(slots, spec);
  passCallerStreams(slots, spec.process?.terminal ?? false, options);
  const copies = preserved(options.preserveFds ?? 0);
  for (let index = 0; index < copies.length; index++) slots.set(preservedSlot(index), copies[index]!);
  return slots;
}
