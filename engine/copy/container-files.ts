import { CLONE_NEWNS } from '../../abi/flags/clone.ts';
import { MOUNT_ATTR_RDONLY, MS_PRIVATE } from '../../abi/flags/mount.ts';
import { O_CLOEXEC, O_DIRECTORY, O_PATH, O_WRONLY, openFlagsOn } from '../../abi/flags/open.ts';
import { LimpidError } from '../../base/error.ts';
import { hostArch } from '../../kernel/arch.ts';
import { closeDescriptor, readSome } from '../../kernel/descriptors.ts';
import { makePipe } from '../../kernel/pipe.ts';
import { startPlan, type PlanProcess } from '../../kernel/plan-process.ts';
import { closeNode, openTree, type TreeNode } from '../../kernel/tree.ts';
import { explainFailure } from '../../plan/describe/explain-failure.ts';
import type { Op, Plan } from '../../plan/ops.ts';
import { mountOverlay } from '../../plan/overlay.ts';
import { CALLER_SLOT, NONE, SLOT } from '../../plan/slots.ts';
import { outsideId } from '../../plan/user-namespace.ts';
import type { ContainerConfig } from '../config.ts';
import { volumeDirectories, makeVolumes } from '../containers/volumes.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import { busyContainer, lockIdleRecord } from '../records/write.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import { containerMaps, shownLayers, umountAt } from '../rootfs/shown-layers.ts';
import type { IdMaps } from '../spec/inputs.ts';
import type { World } from '../world.ts';

/** The files of a container as a process in it sees them, volumes among them. */
export interface ContainerFiles {
  readonly record: ContainerRecord;
  readonly root: TreeNode;
  /** Of its user namespace, where its ids are not the host's. */
  readonly maps?: IdMaps;
}

const BECAUSE = 'the files of a container that does not run';

/**
 * Acts on the files of a container: those that its first process sees, or, where none runs, its layers and volumes mounted
 * in a namespace that ends with this command, however that ends. Throws ENOCONTAINER, EBUSY.
 */
export async function withContainerFiles<T>(
  world: World,
  reference: string,
  act: (files: ContainerFiles) => Promise<T>,
): Promise<T> {
  const record = findRecord(world, reference);
  const idle = await lockIdleRecord(world, record);
  const { process } = observeState(world, record);
  try {
    if (process !== undefined) return await withRoot(world, record, `/proc/${process.pid}/root`, act);
    if (idle === undefined) throw busyContainer(record.config.name);
    return await whileMounted(world, record, (root) => withRoot(world, record, root, act));
  } finally {
    idle?.lock.release();
  }
}

async function withRoot<T>(
  world: World,
  record: ContainerRecord,
  path: string,
  act: (files: ContainerFiles) => Promise<T>,
): Promise<T> {
  const root = openTree(path);
  try {
    const maps = containerMaps(world, record.config);
    return await act({ record, root, ...(maps === undefined ? {} : { maps }) });
  } finally {
    closeNode(root);
  }
}

async function whileMounted<T>(world: World, record: ContainerRecord, act: (root: string) => Promise<T>): Promise<T> {
  const { config, paths } = record;
  if (config.rootfs.kind === 'image' && config.mounts.length > 0) {
    const { fillVolumes } = await import('../volumes/fill.ts');
    await fillVolumes(world, config, paths);
  }
  const [ready, over] = [makePipe(), makePipe()];
  const plan = await mountPlan(world, record);
  const slots = new Map<number, number>([
    [CALLER_SLOT.stdin, over.readFd],
    [CALLER_SLOT.stdout, ready.writeFd],
  ]);
  const mounter = startPlan(plan, await world.executor, slots);
  for (const fd of slots.values()) closeDescriptor(fd);
  try {
    if (readSome(ready.readFd, 1).length === 0) throw await mountError(plan, mounter);
    return await act(`/proc/${mounter.pid}/root${paths.merged}`);
  } finally {
    for (const fd of [ready.readFd, over.writeFd]) closeDescriptor(fd);
    await mounter.outcome;
  }
}

async function mountError(plan: Plan, mounter: PlanProcess): Promise<LimpidError> {
  const outcome = await mounter.outcome;
  if (outcome?.kind === 'failed')
    return new LimpidError(explainFailure(plan, outcome.index, outcome.errno, outcome.call));
  return new LimpidError({ code: 'EEXECUTOR', doing: 'mount', subject: BECAUSE, why: 'the executor died' });
}

async function mountPlan(world: World, { config, paths }: ContainerRecord): Promise<Plan> {
  const { upper, work, merged, lower: staging } = paths;
  const layers = await resolveRootfs(world, config.rootfs);
  const shown = shownLayers(world, config, layers, staging);
  const { maps } = shown;
  const owner = maps && { uid: outsideId(0, maps.uidMappings), gid: outsideId(0, maps.gidMappings) };
  const at = { stage: 'host', because: BECAUSE, at: NONE } as const;
  const overlay = { lower: shown.lower, upper, work };
  return [
    { op: 'unshare', stage: 'host', because: BECAUSE, flags: CLONE_NEWNS },
    { op: 'mount_setattr', ...at, path: '/', recursive: true, attrSet: 0, attrClear: 0, propagation: MS_PRIVATE },
    ...[upper, work, merged].map((path): Op => ({ op: 'mkdir', ...at, path, mode: 0o755, existOk: true })),
    ...shown.before,
    mountOverlay(overlay, { target: merged, flags: 0, because: BECAUSE, facts: world.facts }),
    ...(shown.staging === undefined ? [] : [umountAt(shown.staging, 'host', BECAUSE)]),
    ...makeVolumes(world, config, owner),
    { op: 'open', ...at, slot: SLOT.root, path: merged, flags: ROOT_FLAGS, mode: 0 },
    ...bindSources(world, config),
    ...(config.readOnly ? [sealed(merged)] : []),
    { op: 'write', ...at, at: CALLER_SLOT.stdout, path: '', flags: O_WRONLY | O_CLOEXEC, data: new Uint8Array([1]) },
    { op: 'await_end', stage: 'host', because: BECAUSE, slot: CALLER_SLOT.stdin },
  ];
}

const ROOT_FLAGS = openFlagsOn(hostArch, O_PATH | O_DIRECTORY | O_CLOEXEC);

/** Binds and volumes, where the container would see them. What has no place there yet is left out, but for volumes. */
function bindSources(world: World, config: ContainerConfig): Op[] {
  const directories = volumeDirectories(world, config);
  return config.mounts.flatMap(({ type, source = '', destination, options }): Op[] => {
    if ((type !== 'bind' && type !== 'volume') || options.includes('O')) return [];
    const isReadOnly = options.includes('ro');
    const bind: Op = {
      op: 'bind',
      stage: 'host',
      because: BECAUSE,
      sourceAt: NONE,
      source: type === 'bind' ? source : directories[source === '' ? destination : source]!,
      at: SLOT.root,
      target: destination,
      recursive: true,
      attrSet: isReadOnly ? MOUNT_ATTR_RDONLY : 0,
      attrClear: 0,
      attrRecursive: isReadOnly,
      propagation: MS_PRIVATE,
      idMap: NONE,
      idMapRecursive: false,
      missingOk: true,
    };
    return [...(type === 'volume' ? makePlace(destination) : []), bind];
  });
}

function sealed(path: string): Op {
  const [because, attrSet] = ['--read-only', MOUNT_ATTR_RDONLY];
  return {
    op: 'mount_setattr',
    stage: 'host',
    because,
    at: NONE,
    path,
    recursive: false,
    attrSet,
    attrClear: 0,
    propagation: 0,
  };
}

function makePlace(destination: string): Op[] {
  const parts = destination.split('/').filter((part) => part !== '');
  return parts.map((_, index) => {
    const path = `/${parts.slice(0, index + 1).join('/')}`;
    return { op: 'mkdir', stage: 'host', because: BECAUSE, at: SLOT.root, path, mode: 0o755, existOk: true };
  });
}
