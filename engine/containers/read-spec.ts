import { hostHostname } from '../../kernel/hostname.ts';
import type { ContainerConfig } from '../config.ts';
import type { EtcTexts } from '../networks/etc-texts.ts';
import type { ContainerPaths } from '../records/paths.ts';
import { hostMounts } from '../rootfs/host-mounts.ts';
import { initProgram } from '../rootfs/init-program.ts';
import { readUserFiles } from '../rootfs/user-files.ts';
import { imageDefaults } from '../rootfs/resolve.ts';
import type { ReasonedSpec, SpecInputs } from '../spec/inputs.ts';
import { specFromConfig } from '../spec/spec-from-config.ts';
import type { World } from '../world.ts';
import { etcFiles, type EtcFile, type EtcSources } from './etc-files.ts';
import { hostDevices } from './host-devices.ts';
import { joinedMaps } from './joined-maps.ts';
import { joinedProcesses } from './joined.ts';
import type { SeccompChoice } from './seccomp-profile.ts';
import { overlayDirectories } from './overlay-mounts.ts';
import { sharedMemory } from './shared-memory.ts';
import { volumeDirectories } from './volumes.ts';

/** A spec with the files that are made for it. */
export interface ReadSpec extends ReasonedSpec {
  readonly etc: readonly EtcFile[];
}

/** The runtime spec that a config means now: with the users of its root file system and the processes that it joins. */
export async function readSpec(
  world: World,
  config: ContainerConfig,
  paths: ContainerPaths,
  lower: readonly string[],
  seccomp: SeccompChoice | undefined,
  joined: Readonly<Record<string, number>> = joinedProcesses(world, config),
  texts?: EtcTexts,
): Promise<ReadSpec> {
  const sources: EtcSources = { hostHostname: hostHostname(), ...readUserFiles(paths, lower) };
  const etc = etcFiles(config, paths, texts === undefined ? sources : { ...sources, texts });
  const shm = sharedMemory(world, config, paths);
  const maps = joinedMaps(config, joined);
  const files: Record<string, string> = {};
  for (const { destination, path } of etc) files[destination] = path;
  const inputs: SpecInputs = {
    ...sources,
    rootPath: paths.merged,
    image: await imageDefaults(world, config.rootfs),
    hostDevices: hostDevices(config),
    joined,
    ...(maps === undefined ? {} : { joinedMaps: maps }),
    volumes: volumeDirectories(world, config),
    overlays: overlayDirectories(config, paths),
    files,
    ...(shm === undefined ? {} : { shm }),
    ...(config.init ? { initPath: await initProgram(world) } : {}),
    ...(config.rootfs.kind === 'host' ? { hostMounts: hostMounts() } : {}),
    ...(seccomp === undefined ? {} : { seccomp: seccomp.profile }),
  };
  return { ...specFromConfig(config, inputs, world.facts), etc };
}
