import { EINTR, EINVAL } from '../abi/errno-numbers.ts';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from '../abi/flags/socket.ts';
import type { Plan } from '../plan/ops.ts';
import { encodePlan } from '../plan/wire.ts';
import { LimpidError } from '../base/error.ts';
import { isTracing, tracePhase } from '../base/trace.ts';
import { FRAME } from './frames.ts';
import { cString, cStrings, lastErrno, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';
import { writeAll } from './files.ts';

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const MFD_EXEC = 0x10;
const F_ADD_SEALS = 1033;
const SEALS = 0x1 | 0x2 | 0x4 | 0x8; // SEAL, SHRINK, GROW, WRITE
const F_SETFD = 2;
const O_RDWR = 2;

export interface LaunchRequest {
  readonly plan: Plan;
  /** The executor program itself. */
  readonly executor: Uint8Array;
  /** Descriptors of ours that the plan's slots start with: slot → descriptor. */
  readonly slots?: ReadonlyMap<number, number>;
  /** What can be done while the executor is at work. Where it throws, the plan goes on unheard. */
  readonly meanwhile?: () => void;
}

interface EncodedLaunch extends Omit<LaunchRequest, 'plan'> {
  readonly plan: Uint8Array;
}

export type Outcome =
  | { readonly kind: 'started'; readonly pid: number; readonly startTime: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly index: number; readonly errno: number; readonly call: string };

export interface Launched {
  readonly outcome: Outcome;
  /** The control connection, nothing read from it past the outcome. The caller closes it or hands it on. */
  readonly controlFd: number;
  readonly monitorPid: number;
  /** What the executor traced of its phases, one line each, when asked by LIMPID_TRACE. */
  readonly trace: string;
}

/**
 * Sends a plan to a sealed copy of the executor and waits for its answer (docs/protocol.md). Throws only
 * where the executor could not be started or died without an answer; a failed operation is an outcome.
 */
export function launchPlan({ plan, ...rest }: LaunchRequest): Launched {
  return launchEncoded({ ...rest, plan: encodePlan(plan) });
}

/** As `launchPlan`, with a plan as the executor reads it. */
export function launchEncoded({ plan, executor, slots = new Map(), meanwhile }: EncodedLaunch): Launched {
  const executorFd = sealedExecutor(executor);
  const planFd = sealedMemfd('limpid-plan', plan);
  tracePhase('plan and executor sealed');
  const [ours, theirs] = socketPair();
  const words = [...slots].map(([slot, fd]) => `${slot}=${fd}`);
  const monitorPid = spawnExecutor(
    executorFd,
    ['limpid-monitor', 'run', `${planFd}`, `${theirs}`, ...words],
    [planFd, theirs, ...slots.values()],
  );
  tracePhase('executor spawned');
  for (const fd of [planFd, theirs]) libc.close(fd);
  meanwhile?.();
  return { ...readOutcome(ours), controlFd: ours, monitorPid };
}

/** Starts a program of ours that stays when we leave, and is started again when it is killed (native/keep.c). */
export function startKept(executor: Uint8Array, argv: readonly string[]): void {
  spawnExecutor(sealedExecutor(executor), ['limpid-keeper', 'keep', ...argv], []);
}

/** Starts what holds the table that a transaction makes, as long as there are leases; `lockFd` is its own as well (native/guard.c). */
export function startGuard(executor: Uint8Array, lockFd: number, batch: string, leases: string): void {
  spawnExecutor(sealedExecutor(executor), ['limpid-guard', 'guard', `${lockFd}`, batch, leases], [lockFd]);
}

const sealedExecutors = new Map<Uint8Array, number>();

/** One copy a command, for the launch and the client. */
export function sealedExecutor(executor: Uint8Array): number {
  const sealed = sealedExecutors.get(executor) ?? sealedMemfd('limpid', executor);
  sealedExecutors.set(executor, sealed);
  return sealed;
}

/** A memfd with these bytes that nobody, we included, can change any more. */
export function sealedMemfd(name: string, bytes: Uint8Array): number {
  const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  let fd = libc.memfd_create(ptr(cString(name)), flags | MFD_EXEC);
  // Kernels before 6.3 do not know MFD_EXEC and make every memfd executable.
  if (fd < 0 && lastErrno() === EINVAL) fd = libc.memfd_create(ptr(cString(name)), flags);
  if (fd < 0) throw systemError('create', `memfd ${name}`);
  writeAll(fd, bytes, name);
  if (libc.fcntl(fd, F_ADD_SEALS, SEALS) !== 0) throw systemError('seal', `memfd ${name}`);
  return fd;
}

function socketPair(): [number, number] {
  const pair = new Int32Array(2);
  if (libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ptr(pair)) !== 0)
    throw systemError('create', 'socket pair');
  return [pair[0]!, pair[1]!];
}

/** posix_spawn(3): vfork semantics, so a large parent costs nothing. `inherited` lose their close-on-exec flag. */
function spawnExecutor(executorFd: number, argv: readonly string[], inherited: readonly number[]): number {
  const actions = new Uint8Array(256);
  const devNull = cString('/dev/null');
  libc.posix_spawn_file_actions_init(ptr(actions));
  for (const fd of [0, 1, 2]) libc.posix_spawn_file_actions_addopen(ptr(actions), fd, ptr(devNull), O_RDWR, 0);
  for (const fd of inherited) libc.posix_spawn_file_actions_adddup2(ptr(actions), fd, fd);
  const pid = new Int32Array(1);
  const args = cStrings(argv);
  const env = cStrings(isTracing() ? ['LIMPID_TRACE=1'] : []);
  const path = cString(`/proc/self/fd/${executorFd}`);
  const errno = libc.posix_spawn(ptr(pid), ptr(path), ptr(actions), null, ptr(args.vector), ptr(env.vector));
  if (errno !== 0) throw systemError('start', 'the executor', errno);
  return pid[0]!;
}

function readOutcome(fd: number): { outcome: Outcome; trace: string } {
  let trace = '';
  for (;;) {
    const { type, text } = readFrame(fd);
    if (type === FRAME.trace) trace += text;
    else return { outcome: parseOutcome(type, text), trace };
  }
}

function parseOutcome(type: number, text: string): Outcome {
  const words = text.split(' ');
  if (type === FRAME.done) return { kind: 'done' };
  if (type === FRAME.started) return { kind: 'started', pid: Number(words[0]), startTime: words[1]! };
  if (type === FRAME.failed)
    return { kind: 'failed', index: Number(words[0]), errno: Number(words[1]), call: words.slice(2).join(' ') };
  throw new LimpidError({
    code: 'EPROTOCOL',
    doing: 'read',
    subject: "the executor's answer",
    why: `frame type ${type} is not one`,
  });
}

/** Reads exactly one frame and not a byte more: what follows belongs to whoever gets the descriptor next. */
function readFrame(fd: number): { type: number; text: string } {
  const header = readExactly(fd, 4);
  const length = header[1]! | (header[2]! << 8) | (header[3]! << 16);
  return { type: header[0]!, text: new TextDecoder().decode(readExactly(fd, length)) };
}

function readExactly(fd: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const got = Number(libc.read(fd, ptr(bytes, at), length - at));
    if (got > 0) at += got;
    else if (got < 0 && lastErrno() === EINTR) continue;
    else
      throw new LimpidError({
        code: 'EEXECUTOR',
        doing: 'start',
        subject: 'the container',
        why: 'the executor died before it answered',
        hint: 'look at `dmesg` for a killed process; memory may have run out',
      });
  }
  return bytes;
}

/**
 * Replaces this process by the executor's client, which joins this terminal to the control connection
 * and exits with the container's code. Returns only by throwing.
 */
export function becomeClient(
  executor: Uint8Array,
  controlFd: number,
  flags: number,
  detachKeys: readonly number[],
): never {
  const fd = sealedExecutor(executor);
  libc.fcntl(controlFd, F_SETFD, 0);
  const path = cString(`/proc/self/fd/${fd}`);
  const args = cStrings(['limpid', 'client', `${controlFd}`, `${flags}`, detachKeys.join(',')]);
  const env = cStrings([]);
  libc.execve(ptr(path), ptr(args.vector), ptr(env.vector));
  throw systemError('start', "the executor's client");
}

/**
 * Replaces this process by a program of the host's in the network namespace of the process behind `pidfd`, with our
 * environment and descriptors. Returns only by throwing.
 */
export function becomeInNetworkOf(executor: Uint8Array, pidfd: number, words: readonly string[]): never {
  const fd = sealedExecutor(executor);
  libc.fcntl(pidfd, F_SETFD, 0);
  const path = cString(`/proc/self/fd/${fd}`);
  const args = cStrings(['limpid', 'netns', `${pidfd}`, ...words]);
  const env = cStrings(Object.entries(Bun.env).map(([name, value]) => `${name}=${value}`));
  libc.execve(ptr(path), ptr(args.vector), ptr(env.vector));
  throw systemError('start', "the executor's client");
}
