import { MNT_DETACH, MS_NODEV, MS_NOSUID, MS_RDONLY } from '../../abi/flags/mount.ts';
import { LimpidError } from '../../base/error.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { statPath } from '../../kernel/file-status.ts';
import { makeDirectories, removeEmptyDirectory } from '../../kernel/files.ts';
import { libc } from '../../kernel/libc.ts';
import { closeNode, openTree, type TreeNode } from '../../kernel/tree.ts';
import type { Op, Plan } from '../../plan/ops.ts';
import { mountOverlay } from '../../plan/overlay.ts';
import { packTree } from '../../store/layers/pack.ts';
import { imagesDirectory, stagingDirectory } from '../../store/place.ts';
import { descriptorSink, fileSink, type ArchiveSink } from '../../store/transports/archive-sink.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';
import { launchError } from './start.ts';

const BECAUSE = 'limpid export';

/**
 * Writes the files of a container, running or not, as a tar archive to a file or an open descriptor: its layers with
 * what it has changed, without what is mounted in it. Throws ENOCONTAINER.
 */
export async function exportContainer(world: World, reference: string, output: string | number): Promise<void> {
  const record = findRecord(world, reference);
  const { uidMappings, gidMappings, name, rootfs } = record.config;
  if (rootfs.kind === 'host') throw refused(name, 'its root file system is the whole machine');
  const root = await openMerged(world, record);
  const sink: ArchiveSink =
    typeof output === 'string' ? fileSink(output, output) : descriptorSink(output, 'standard output');
  try {
    const archive = packTree(`/proc/self/fd/${root.fd}`, { uidMappings, gidMappings });
    for await (const chunk of archive) sink.write(chunk);
    sink.commit();
  } finally {
    sink.close();
    closeNode(root);
  }
}

/** The container's layers as one tree that only this descriptor holds: with this process it is gone. */
async function openMerged(world: World, record: ContainerRecord): Promise<TreeNode> {
  const target = `${stagingDirectory(world)}/export-${process.pid}`;
  const lower = await layersOf(world, record);
  makeDirectories(target, 0o700);
  try {
    const flags = MS_RDONLY | MS_NODEV | MS_NOSUID;
    await run(world, [mountOverlay({ lower }, { target, flags, because: BECAUSE, facts: world.facts })], record);
    try {
      return openTree(target);
    } finally {
      await run(world, [umountOp(target)], record);
    }
  } finally {
    removeEmptyDirectory(target);
  }
}

/** Topmost first. What was never started has changed nothing; overlayfs without an upper directory wants two lower ones. */
async function layersOf(world: World, { config, paths }: ContainerRecord): Promise<readonly string[]> {
  const layers = await resolveRootfs(world, config.rootfs);
  if (statPath(paths.upper) !== undefined) return [paths.upper, ...layers];
  const empty = `${imagesDirectory(world)}/empty`;
  makeDirectories(empty, 0o755);
  return [...layers, empty];
}

function umountOp(path: string): Op {
  return { op: 'umount', stage: 'host', because: BECAUSE, at: -1, path, flags: MNT_DETACH, missingOk: true };
}

async function run(world: World, plan: Plan, { config }: ContainerRecord): Promise<void> {
  const { outcome, controlFd } = launchPlan({ plan, executor: await world.executor });
  libc.close(controlFd);
  if (outcome.kind === 'failed') throw await launchError(plan, outcome, `container "${config.name}"`);
}

function refused(name: string, why: string): LimpidError {
  return new LimpidError({ code: 'EEXPORT', doing: 'export', subject: `container "${name}"`, why });
}
