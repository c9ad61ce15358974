import type { LimpidError } from '../base/error.ts';
import { tracePhase } from '../base/trace.ts';
import { closeDescriptor, readToEnd } from '../kernel/descriptors.ts';
import { removeFile } from '../kernel/files.ts';
import { waitLock } from '../kernel/locks.ts';
import { waitForEnd } from '../kernel/process.ts';
import { connectUnix } from '../kernel/unix-socket.ts';
import {
  type Container,
  findContainer,
  readBehindGate,
  readConfig,
  recordedProcess,
  statusOf,
} from './container-record.ts';
import type { Hook, RuntimeSpec } from '../spec/runtime.ts';
import { containerAbsent } from './container-files.ts';
import { failureOf } from './run-plan.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';

/** struct failure of native/executor.h: index, errno, the call's name. */
const FAILURE_BYTES = 64;
const PATIENCE_MS = 10_000;

/** Lets a created container's process go on to its program; throws what fails until execve(2). */
export async function startContainer(world: RuntimeWorld, id: string): Promise<void> {
  const container = findContainer(world, id);
  return startCreated(world, container, readConfig(container));
}

/** The same for who knows its record and spec already. */
export async function startCreated(world: RuntimeWorld, container: Container, { hooks }: RuntimeSpec): Promise<void> {
  const lock = waitLock(container.files.lock);
  if (lock === 'absent') throw containerAbsent(container.id);
  try {
    await passGate(world, container);
    tracePhase('container started');
    if (hooks?.poststart?.length) await runPoststart(world, container, hooks.poststart);
  } finally {
    lock.release();
  }
}

async function passGate(world: RuntimeWorld, container: Container): Promise<void> {
  const { id, files } = container;
  const subject = `container "${id}"`;
  const status = statusOf(world, container);
  if (status === 'running' || status === 'paused')
    throw runtimeError('ESTATE', 'start', subject, 'cannot start an already running container');
  if (status === 'stopped') throw runtimeError('ESTATE', 'start', subject, 'cannot start a container that has stopped');
  if (status === 'creating') throw runtimeError('ESTATE', 'start', subject, 'it is still being created');
  const fd = connectUnix(files.gate);
  if (fd === undefined) throw runtimeError('ESTATE', 'start', subject, 'cannot start a container that has stopped');
  removeFile(files.gate);
  const told = readToEnd(fd, FAILURE_BYTES);
  closeDescriptor(fd);
  if (told.length < FAILURE_BYTES) return;
  // It tells first, and ends then: whoever looks now finds it stopped.
  const process = recordedProcess(container);
  if (process !== undefined) waitForEnd(process, PATIENCE_MS);
  const view = new DataView(told.buffer, told.byteOffset);
  const call = new TextDecoder().decode(told.subarray(8)).replace(/\0.*$/s, '');
  throw await gateFailure(container, view.getUint32(0, true), view.getInt32(4, true), call);
}

function gateFailure({ files }: Container, index: number, errno: number, call: string): Promise<LimpidError> {
  const { from, ops } = readBehindGate(files);
  return failureOf(ops, index - from, errno, call);
}

/** Throws what the launcher heard when it opened the gate: `INDEX ERRNO CALL`. */
export async function explainGateAnswer(world: RuntimeWorld, id: string, answer: string): Promise<never> {
  const [index, errno, ...call] = answer.split(' ');
  throw await gateFailure(findContainer(world, id), Number(index), Number(errno), call.join(' '));
}

/** runtime-spec, Lifecycle: a failed poststart hook is a warning. */
async function runPoststart(world: RuntimeWorld, container: Container, poststart: readonly Hook[]): Promise<void> {
  const { runHooks } = await import('./hooks.ts');
  await runHooks(world, container, 'poststart', poststart, 'running', recordedProcess(container)?.pid ?? 0);
}
