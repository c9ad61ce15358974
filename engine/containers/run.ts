import { LimpidError } from '../../base/error.ts';
import { tracePhase } from '../../base/trace.ts';
import { removeFile } from '../../kernel/files.ts';
import type { ContainerConfig } from '../config.ts';
import { recordExists } from '../records/read.ts';
import { idOfName } from '../records/names.ts';
import type { World } from '../world.ts';
import { createContainer } from './create.ts';
import { removeContainer, removeRecord } from './remove.ts';
import { startRecord, type StartedContainer, type StartOptions } from './start.ts';

export interface RunOptions extends StartOptions {
  /** Remove the container that has the name first, running or not. */
  readonly replace?: boolean;
}

/** Creates and starts a container: all of it, or nothing is left. */
export async function runContainer(
  world: World,
  config: ContainerConfig,
  options: RunOptions = {},
): Promise<StartedContainer> {
  if (options.replace) await removeNamed(world, config);
  for (let attempt = 1; ; attempt++) {
    const record = await createContainer(world, config);
    tracePhase('record written');
    try {
      return await startRecord(world, record, options);
    } catch (error) {
      await removeRecord(world, record);
      const { isWorthAnotherTry } = await import('../networks/port-taken.ts');
      if (!config.autoRemove || !isWorthAnotherTry(config, error, attempt)) throw error;
      if (config.cidFile !== undefined) removeFile(config.cidFile);
    } finally {
      record.lock.release();
    }
  }
}

/** Frees a name for `--replace`: its holder is stopped and removed, if there is one. A name that nobody chose frees itself. */
export async function removeNamed(world: World, { name, nameIsRandom = false }: ContainerConfig): Promise<void> {
  const id = nameIsRandom ? undefined : idOfName(world, name);
  if (id === undefined || !recordExists(world, id)) return;
  try {
    await removeContainer(world, id, { force: true });
  } catch (error) {
    if (!(error instanceof LimpidError) || error.code !== 'ENOCONTAINER') throw error;
  }
}
