import { pathExists, statPath } from '../../kernel/file-status.ts';
import { tracePhase } from '../../base/trace.ts';
import type { LaunchContext } from '../../plan/context.ts';
import { planLaunch } from '../../plan/launch.ts';
import type { Op, Plan } from '../../plan/ops.ts';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import type { ContainerConfig } from '../config.ts';
import type { ContainerPaths } from '../records/paths.ts';
import { nameClaim } from '../records/paths.ts';
import { startPrefix } from '../records/state.ts';
import { layerShowing } from '../rootfs/layers.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import { isAtOrBelow } from '../spec/paths.ts';
import type { World } from '../world.ts';
import { writeEtcFiles, type EtcFile } from './etc-files.ts';
import type { EtcTexts } from '../networks/etc-texts.ts';
import type { PreparedNetworks } from '../networks/prepare.ts';
import { giveSources } from './given-sources.ts';
import { joinedProcesses } from './joined.ts';
import { rootOutside } from './root-outside.ts';
import { sourceKinds } from '../../runtime/source-kinds.ts';
import { chooseSeccomp } from './seccomp.ts';
import { readSpec, type ReadSpec } from './read-spec.ts';
import { isOverlay, mountOverlays, overlayDirectories } from './overlay-mounts.ts';
import { mountSharedMemory } from './shared-memory.ts';
import { makeVolumes, volumeDirectories } from './volumes.ts';

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

export interface PrepareOptions {
  /** Size of the caller's terminal. */
  readonly size?: TerminalSize;
  /** `resolveSeccomp` where the spec is to be read by somebody. */
  readonly chosen?: typeof chooseSeccomp;
  readonly networks?: PreparedNetworks;
}

/** Every stage of one launch, as data: nothing has been asked of the kernel yet. */
export interface PreparedLaunch {
  readonly config: ContainerConfig;
  readonly spec: RuntimeSpec;
  readonly plan: Plan;
}

/**
 * Computes config → spec → plan from what this host and the root file system say now.
 * It reads, and unpacks a built-in root file system at its first use; it makes no container.
 */
export async function prepareLaunch(
  world: World,
  config: ContainerConfig,
  paths: ContainerPaths,
  { size, chosen = chooseSeccomp, networks }: PrepareOptions = {},
): Promise<PreparedLaunch> {
  const lower = await resolveRootfs(world, config.rootfs);
  tracePhase('root file system found');
  const facts = world.facts;
  tracePhase('host facts gathered');
  const seccomp = await chosen(facts, config);
  tracePhase('seccomp filter chosen');
  const texts = await namesOf(world, config, networks);
  const read = await readSpec(world, config, paths, lower, seccomp, joinedProcesses(world, config), texts);
  const { spec } = read;
  tracePhase('runtime spec computed');
  if (spec.process?.terminal && size !== undefined)
    spec.process.consoleSize = { height: size.rows, width: size.columns };
  const context: LaunchContext = {
    ...launchContext(world, config, paths, lower, read, seccomp?.program),
    ...(networks === undefined ? {} : { network: networks.plan }),
    ...(lacksWorkdir(world, config, spec, pathExists(paths.upper) ? [paths.upper, ...lower] : lower)
      ? { makeWorkdir: true }
      : {}),
  };
  const owner = rootOutside(spec);
  const prelude: Op[] = [
    makeDirectory(paths.runtime),
    makeDirectory(paths.storage),
    ...writeEtcFiles(read.etc, owner),
    ...mountSharedMemory(config, paths),
    ...makeVolumes(world, config, owner),
    ...(config.mounts.some(isOverlay) ? await mountOverlays(world, config, paths) : []),
    ...giveSources(world, config, spec),
  ];
  const plan = [...prelude, ...planLaunch(spec, context, facts)];
  tracePhase('plan computed');
  return { config, spec, plan };
}

/** Whether an image names a working directory that is not there. One that the user names has to be. */
function lacksWorkdir(
  world: World,
  config: ContainerConfig,
  { process }: RuntimeSpec,
  layers: readonly string[],
): boolean {
  const cwd = process?.cwd ?? '/';
  if (config.rootfs.kind !== 'image' || config.workdir !== undefined || cwd === '/') return false;
  const [mount] = config.mounts
    .filter(({ destination }) => isAtOrBelow(cwd, destination))
    .toSorted((a, b) => b.destination.length - a.destination.length);
  if (mount === undefined) return layerShowing(layers, cwd) === undefined;
  if (mount.type !== 'volume') return false;
  const directory = volumeDirectories(world, config)[mount.source || mount.destination]!;
  return statPath(directory + cwd.slice(mount.destination.length)) === undefined;
}

/** /etc/hosts and /etc/resolv.conf, where there is more to them than loopback. */
async function namesOf(
  world: World,
  config: ContainerConfig,
  networks: PreparedNetworks | undefined,
): Promise<EtcTexts | undefined> {
  const { network } = config.namespaces;
  if (network.kind === 'container') {
    const { joinedEtcTexts } = await import('../networks/joined-etc-texts.ts');
    return joinedEtcTexts(world, config, network.container);
  }
  if (networks === undefined && config.names === undefined && network.kind !== 'path') return undefined;
  const { etcTexts } = await import('../networks/etc-texts.ts');
  return etcTexts(config, networks?.endpoints ?? []);
}

/** Only a restart policy leaves something to decide behind an exit. */
function afterExit(world: World, { id, restart }: ContainerConfig): Pick<LaunchContext, 'afterwards'> {
  if (restart.policy === 'no') return {};
  const argv = world.commandLine('container', 'after-exit', id);
  return { afterwards: { path: argv[0]!, argv } };
}

/** What the plan itself makes before it is bound. */
function madeSources(
  world: World,
  config: ContainerConfig,
  paths: ContainerPaths,
  etc: readonly EtcFile[],
): Record<string, 'file' | 'directory'> {
  const made: Record<string, 'file' | 'directory'> = {};
  for (const { path } of etc) made[path] = 'file';
  for (const path of Object.values(volumeDirectories(world, config))) made[path] = 'directory';
  for (const path of Object.values(overlayDirectories(config, paths))) made[path] = 'directory';
  return made;
}

function makeDirectory(path: string): Op {
  return {
    op: 'mkdir',
    stage: 'host',
    because: "the container's own directory",
    at: -1,
    path,
    mode: 0o711,
    existOk: true,
  };
}

function launchContext(
  world: World,
  config: ContainerConfig,
  paths: ContainerPaths,
  lower: readonly string[],
  { spec, because, etc }: ReadSpec,
  seccompProgram: Uint8Array | undefined,
): LaunchContext {
  const { autoRemove: volatile } = config;
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  return {
    id: config.id,
    rootfs: { kind: 'overlay', lower, upper: paths.upper, work: paths.work, merged: paths.merged, volatile },
    // The config first: from then on nothing of it is a container, whatever becomes of the monitor.
    removeAfterwards: volatile ? [paths.config, nameClaim(world, config.name), paths.storage, paths.runtime] : [],
    supervision: {
      stdin: config.interactive,
      log: {
        driver: config.log.driver,
        path: config.log.path ?? paths.log,
        maxBytes: config.log.maxSizeBytes,
        maxFiles: config.log.maxFiles,
      },
      socketPath: paths.socket,
      startRecord: paths.startRecord,
      startPrefix: startPrefix(world.facts.bootId, nowNs),
      exitRecord: paths.exitRecord,
      durable: false,
    },
    ...(seccompProgram === undefined ? {} : { seccompProgram }),
    because,
    ...afterExit(world, config),
    bringLoopbackUp: config.namespaces.network.kind === 'none' || config.namespaces.network.kind === 'private',
    deadlineS: config.timeoutS,
    ...(config.pidFile === undefined ? {} : { pidFile: config.pidFile }),
    sourceKinds: { ...sourceKinds(spec), ...madeSources(world, config, paths, etc) },
  };
}
