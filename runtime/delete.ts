import { waitForEnd, signalProcess } from '../kernel/process.ts';
import { setFrozen } from '../kernel/freezer.ts';
import { statPath } from '../kernel/file-status.ts';
import { waitLock } from '../kernel/locks.ts';
import { checkId, containerAbsent, ContainerFiles } from './container-files.ts';
import { type Container, findContainer, readConfig, recordedProcess, statusOf } from './container-record.ts';
import { forgetContainer } from './forget.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';

const SIGKILL = 9;
const PATIENCE_MS = 10_000;

/** Removes a container that has stopped, or was never started; with `force` any, and none is fine too. */
export async function deleteContainer(world: RuntimeWorld, id: string, { force = false } = {}): Promise<void> {
  const files = new ContainerFiles(world.root, checkId(id));
  if (statPath(files.directory) === undefined) {
    if (force) return;
    throw containerAbsent(id);
  }
  const lock = waitLock(files.lock);
  if (lock === 'absent') return;
  try {
    await deleteLocked(world, files, force);
  } finally {
    lock.release();
  }
}

async function deleteLocked(world: RuntimeWorld, files: ContainerFiles, force: boolean): Promise<void> {
  // Killed before it had written a record, `create` has made nothing but the directory.
  if (statPath(files.state) === undefined) {
    const creating = waitLock(files.createLock);
    if (creating !== 'absent') creating.release();
    return forgetContainer(world, files);
  }
  const container = findContainer(world, files.id);
  const status = statusOf(world, container);
  if (status !== 'stopped' && status !== 'created' && !force) {
    throw runtimeError(
      'ESTATE',
      'delete',
      `container "${files.id}"`,
      `cannot delete a container that is not stopped: it is ${status}`,
    );
  }
  const { hooks } = readConfig(container);
  endProcess(world, container, status === 'paused');
  await forgetContainer(world, files);
  if (!hooks?.poststop?.length) return;
  const { runHooks } = await import('./hooks.ts');
  await runHooks(world, container, 'poststop', hooks.poststop, 'stopped', 0);
}

function endProcess(world: RuntimeWorld, container: Container, frozen: boolean): void {
  const process = recordedProcess(container);
  if (process === undefined || !signalProcess(process, SIGKILL)) return;
  // On v1 a frozen process does not even die.
  if (frozen) setFrozen(world.facts.cgroup, container.cgroupsPath, false);
  if (waitForEnd(process, PATIENCE_MS)) return;
  throw runtimeError('EBUSY', 'delete', `container "${container.id}"`, 'its process does not end');
}
