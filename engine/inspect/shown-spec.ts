import { LimpidError } from '../../base/error.ts';
import { hostHostname } from '../../kernel/hostname.ts';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import type { ContainerConfig } from '../config.ts';
import type { ContainerRecord } from '../records/record.ts';
import { imageDefaults } from '../rootfs/resolve.ts';
import { readUserFiles } from '../rootfs/user-files.ts';
import { containerHostname } from '../spec/hostname.ts';
import { ownsNamespace } from '../spec/namespaces.ts';
import { planCommand, planUser } from '../spec/process.ts';
import { Reasons } from '../spec/reasons.ts';
import { planRlimits } from '../spec/rlimits.ts';
import type { World } from '../world.ts';
import type { ShownSpec } from './facts.ts';

interface Known {
  readonly lower: readonly string[];
  /** Whether the kernel has told which capabilities it holds. */
  readonly isLive: boolean;
}

/** What `inspect` shows of the spec that a config means today; `undefined` where it means nothing any more. */
export async function readShownSpec(
  world: World,
  record: ContainerRecord,
  known: Known,
): Promise<ShownSpec | undefined> {
  try {
    return needsWhole(record.config, known)
      ? await readWholeSpec(world, record, known)
      : await readPart(world, record, known);
  } catch (error) {
    // A container that could not start today, because a directory or a device is gone, can still be looked at.
    if (error instanceof LimpidError) return undefined;
    throw error;
  }
}

/** Whether it depends on more than the container itself, or shows what only the whole spec says. */
export function needsWhole({ mounts, namespaces }: ContainerConfig, { isLive }: Known): boolean {
  if (!isLive || mounts.some(({ type }) => type !== 'tmpfs')) return true;
  return Object.values(namespaces).some(({ kind }) => kind === 'container' || kind === 'path');
}

async function readWholeSpec(world: World, { config, paths }: ContainerRecord, { lower }: Known): Promise<RuntimeSpec> {
  const { readSpec } = await import('../containers/read-spec.ts');
  return (await readSpec(world, config, paths, lower, undefined)).spec;
}

/** The whole spec takes four times as long. */
async function readPart(world: World, { config, paths }: ContainerRecord, { lower }: Known): Promise<ShownSpec> {
  const image = await imageDefaults(world, config.rootfs);
  const hostname = containerHostname(config, hostHostname());
  const reasons = new Reasons({});
  const { home } = planUser(config, { image, ...readUserFiles(paths, lower) });
  return {
    process: {
      ...planCommand(config, image, { home, hostname }, reasons),
      rlimits: planRlimits(config.ulimits, world.facts, reasons),
    },
    ...(ownsNamespace(config, 'uts') ? { hostname } : {}),
  };
}
