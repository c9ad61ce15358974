import { LimpidError } from '../base/error.ts';
import { parseSignal } from '../abi/signal.ts';
import type { ExitStatus } from '../kernel/frames.ts';
import { libc } from '../kernel/libc.ts';
import { containerConfig, needsImages, type ContainerRequest } from './container-config.ts';
import type { ContainerConfig } from './config.ts';
import { attachContainer } from './containers/attach.ts';
import { createForLater } from './containers/create.ts';
import { execInContainer, type ExecRequest } from './containers/exec.ts';
import { containerExists } from './containers/exists.ts';
import { inspectContainer, type ContainerInspect } from './containers/inspect.ts';
import { killContainer } from './containers/kill.ts';
import { listContainers, type ContainerSummary } from './containers/list.ts';
import { readLogs, type LogOptions, type LogRecord } from './containers/logs.ts';
import { pauseContainer, unpauseContainer } from './containers/pause.ts';
import { pruneContainers, type Pruned } from './containers/prune.ts';
import { removeContainer, type RemoveOptions } from './containers/remove.ts';
import { renameContainer } from './containers/rename.ts';
import { runContainer, type RunOptions } from './containers/run.ts';
import { startContainer, type StartOptions } from './containers/start.ts';
import { sampleStats, type StatsSample } from './containers/stats.ts';
import { stopContainer, type StopOptions } from './containers/stop.ts';
import { listProcesses, type ContainerProcess } from './containers/top.ts';
import { waitContainer } from './containers/wait.ts';
import type { CopyPlace } from './copy/places.ts';
import type { CopyOptions } from './copy/receive.ts';
import { Images } from './images/face.ts';
import { engineInfo, type EngineInfo } from './info.ts';
import { onDefaultNetwork } from './networks/default-attachment.ts';
import { Networks } from './networks/face.ts';
import { Volumes } from './volumes/face.ts';
import { findRecord } from './records/read.ts';
import { engineVersion, type EngineVersion } from './version.ts';
import { Session } from './watch/session.ts';
import { World, type WorldOptions } from './world.ts';

export { LimpidError } from '../base/error.ts';
export { containerConfig, type ContainerRequest } from './container-config.ts';
export { cpuPercent } from './containers/stats.ts';
export { Session, type OutputChunk, type ProcessResult } from './watch/session.ts';
export type {
  ContainerConfig,
  DeviceConfig,
  MountConfig,
  NamespaceMode,
  RootfsSource,
  SecurityConfig,
} from './config.ts';
export type { ContainerInspect } from './containers/inspect.ts';
export type { ContainerSummary } from './containers/list.ts';
export type { LogOptions, LogRecord, LogStream } from './containers/logs.ts';
export type { ExecRequest } from './containers/exec.ts';
export type { Pruned } from './containers/prune.ts';
export type { StatsSample } from './containers/stats.ts';
export type { ContainerProcess } from './containers/top.ts';
export type { ContainerState, Status } from './records/state.ts';
export type { StoredImage } from './images/find.ts';
export type { PulledImage, PullOptions } from './images/pull.ts';
export type { EngineInfo } from './info.ts';
export type { NetworkRequest } from './networks/create.ts';
export type { NetworkDocument } from './networks/inspect.ts';
export type { NetworkSummary } from './networks/list.ts';
export type { NetworkAttachment, NetworkConfig } from '../spec/network.ts';
export type { EngineVersion } from './version.ts';
export type { ExitStatus } from '../kernel/frames.ts';
export type { VolumeRequest } from './volumes/create.ts';
export type { Volume } from './volumes/list.ts';
export type { WorldOptions } from './world.ts';

/**
 * Containers from a program, on the same state as the `limpid` command. A container is named by its name, its id, or
 * the unique start of one. Whatever fails throws a LimpidError, whose `code` is stable.
 */
export class Engine {
  readonly world: World;
  readonly images: Images;
  readonly networks: Networks;
  readonly volumes: Volumes;

  constructor(options: WorldOptions = {}) {
    this.world = new World(options);
    this.images = new Images(this.world);
    this.networks = new Networks(this.world);
    this.volumes = new Volumes(this.world);
  }

  /**
   * Records a container without starting it; answers its id. As on the command line one that says nothing of networks is
   * on the default network; `networks: []` is on none.
   */
  async create(request: ContainerRequest): Promise<string> {
    return createForLater(this.world, await this.#config(request));
  }

  /** Starts a container in the background. False where it runs already. */
  async start(container: string, options: StartOptions = {}): Promise<boolean> {
    const started = await startContainer(this.world, container, options);
    if (started !== undefined) libc.close(started.controlFd);
    return started !== undefined;
  }

  /** Creates and starts a container in the background; answers its id. Where it fails, nothing is left. */
  async run(request: ContainerRequest, options: RunOptions = {}): Promise<string> {
    const { config, controlFd } = await runContainer(this.world, await this.#config(request), options);
    libc.close(controlFd);
    return config.id;
  }

  /** Creates and starts a container, and hears its output from the first byte on. */
  async converse(request: ContainerRequest, options: RunOptions = {}): Promise<Session> {
    const { controlFd } = await runContainer(this.world, await this.#config(request), options);
    return Session.open(controlFd, { subscribe: false });
  }

  /** Runs a further command in a running container. */
  async exec(container: string, request: ExecRequest): Promise<Session> {
    const { controlFd } = await execInContainer(this.world, container, request);
    return Session.open(controlFd, { subscribe: false });
  }

  /** Joins a running container's first process: what it writes from now on. */
  async attach(container: string): Promise<Session> {
    return Session.open(attachContainer(this.world, container).fd, { subscribe: true });
  }

  /** Waits until a container has exited. */
  wait(container: string): Promise<ExitStatus> {
    return waitContainer(this.world, container);
  }

  async stop(container: string, options: StopOptions = {}): Promise<void> {
    await stopContainer(this.world, container, options);
  }

  /** Sends a signal, by name or number, to a container's first process. */
  kill(container: string, signal: string | number = 'SIGKILL'): void {
    const number = parseSignal(String(signal));
    if (number === undefined)
      throw new LimpidError({
        code: 'EOPTION',
        doing: 'send',
        subject: `signal "${signal}"`,
        why: 'there is no such signal',
      });
    killContainer(this.world, container, number);
  }

  pause(container: string): void {
    pauseContainer(this.world, container);
  }

  unpause(container: string): void {
    unpauseContainer(this.world, container);
  }

  async remove(container: string, options: RemoveOptions = {}): Promise<void> {
    await removeContainer(this.world, container, options);
  }

  rename(container: string, name: string): void {
    renameContainer(this.world, container, name);
  }

  exists(container: string): boolean {
    return containerExists(this.world, container);
  }

  /** All containers, oldest first. */
  list(): ContainerSummary[] {
    return listContainers(this.world);
  }

  /** Removes the containers that do not run. */
  prune(wants?: (container: ContainerSummary) => boolean): Promise<Pruned> {
    return pruneContainers(this.world, wants);
  }

  /** Files between containers, running or not, and this machine; `path` is absolute. By the rules of podman-cp(1). */
  async copy(from: CopyPlace, to: CopyPlace, options: CopyOptions = {}): Promise<void> {
    const { copyFiles } = await import('./copy/copy.ts');
    await copyFiles(this.world, from, to, options);
  }

  /** Writes a container's files as a tar archive to a file or an open descriptor. */
  async export(container: string, output: string | number): Promise<void> {
    const { exportContainer } = await import('./containers/export.ts');
    return exportContainer(this.world, container, output);
  }

  inspect(container: string): Promise<ContainerInspect> {
    return inspectContainer(this.world, container);
  }

  logs(container: string, options: LogOptions = {}): AsyncGenerator<LogRecord, void, undefined> {
    return readLogs(this.world, container, options);
  }

  /** What a running container has used so far; `cpuPercent` compares two samples. */
  stats(container: string): StatsSample {
    return sampleStats(this.world, findRecord(this.world, container));
  }

  top(container: string): ContainerProcess[] {
    return listProcesses(this.world, container);
  }

  /** Images that are not there are pulled. */
  async #config(request: ContainerRequest): Promise<ContainerConfig> {
    const config = containerConfig(onDefaultNetwork(request));
    if (!needsImages(config)) return config;
    const { adoptImage } = await import('./images/adopt-image.ts');
    return adoptImage(this.world, config, { ownStopSignal: request.stopSignal !== undefined });
  }

  info(): EngineInfo {
    return engineInfo(this.world);
  }

  version(): EngineVersion {
    return engineVersion();
  }
}
