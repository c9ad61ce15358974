import { DEFAULT_CAPABILITIES } from '../abi/capability.ts';
import { parseMountinfo } from '../abi/mountinfo.ts';
import { cpuCount } from '../kernel/cpus.ts';
import { diskSpace } from '../kernel/disk-space.ts';
import { statPath } from '../kernel/file-status.ts';
import { readKernelFile } from '../kernel/files.ts';
import { hostHostname } from '../kernel/hostname.ts';
import type { CgroupFacts } from '../plan/facts.ts';
import { listContainers } from './containers/list.ts';
import { listLeavings } from './records/leavings.ts';
import { DEFAULT_CONFIG } from './default-config.ts';
import type { Status } from './records/state.ts';
import { listImages } from './images/list.ts';
import { isAtOrBelow } from './spec/paths.ts';
import { engineVersion, versionFields } from './version.ts';
import type { World } from './world.ts';

export type EngineInfo = ReturnType<typeof engineInfo>;

/** This host and this store as the engine sees them; the names are those of `podman info`. Sizes are bytes. */
export function engineInfo(world: World) {
  return { host: hostInfo(world), store: storeInfo(world), version: versionFields(engineVersion()) };
}

function hostInfo(world: World) {
  const { facts } = world;
  const { version, os, arch } = engineVersion();
  const own = { name: 'limpid', package: 'part of limpid', version };
  return {
    arch,
    os,
    hostname: hostHostname(),
    kernel: facts.kernelRelease,
    distribution: parseOsRelease(readKernelFile('/etc/os-release') ?? readKernelFile('/usr/lib/os-release') ?? ''),
    cpus: cpuCount(),
    ...parseMeminfo(readKernelFile('/proc/meminfo') ?? ''),
    uptime: uptimeText(Number.parseFloat(readKernelFile('/proc/uptime') ?? '0')),
    cgroupManager: 'cgroupfs',
    /** podman's word: `v2` only where nothing is on v1. */
    cgroupVersion: facts.cgroup.mode === 'v2' ? 'v2' : 'v1',
    cgroupMode: facts.cgroup.mode,
    cgroupControllers: controllers(facts.cgroup),
    swapAccounting: facts.cgroup.swapAccounting,
    logDriver: DEFAULT_CONFIG.log.driver,
    monitor: own,
    networkBackend: 'limpid',
    ociRuntime: own,
    serviceIsRemote: false,
    security: securityInfo(facts.uid),
  };
}

function securityInfo(uid: number) {
  return {
    apparmorEnabled: readKernelFile('/sys/module/apparmor/parameters/enabled')?.trim() === 'Y',
    capabilities: DEFAULT_CAPABILITIES.join(','),
    rootless: uid !== 0,
    seccompEnabled: statPath('/proc/sys/kernel/seccomp/actions_avail') !== undefined,
    selinuxEnabled: statPath('/sys/fs/selinux/enforce') !== undefined,
  };
}

function storeInfo(world: World) {
  const { root, runroot } = world;
  const states = listContainers(world).map(({ state }) => state.status);
  const count = (...wanted: Status[]) => states.filter((status) => wanted.includes(status)).length;
  const space = diskSpace(root);
  return {
    graphDriverName: 'overlay',
    graphRoot: root,
    graphRootAllocated: space?.totalBytes ?? 0,
    graphRootUsed: space?.usedBytes ?? 0,
    graphStatus: { 'Backing Filesystem': fileSystemOf(root, readKernelFile('/proc/self/mountinfo') ?? '') },
    runRoot: runroot,
    volumePath: `${root}/volumes`,
    imageStore: { number: listImages(world).length },
    containerStore: {
      number: states.length,
      paused: count('paused'),
      running: count('running', 'stopping'),
      stopped: count('created', 'exited'),
      /** What killed commands left without a record; the next `prune` clears it away. */
      leavings: listLeavings(world).length,
    },
  };
}

function controllers({ unifiedControllers, hierarchies }: CgroupFacts): string[] {
  const named = hierarchies.flatMap((one) => one.controllers).filter((name) => !name.startsWith('name='));
  return [...new Set([...named, ...unifiedControllers])].sort();
}

/** os-release(5): shell assignments, with or without quotes. */
export function parseOsRelease(text: string) {
  const value = (name: string) => new RegExp(`^${name}=(["']?)(.*)\\1$`, 'm').exec(text)?.[2] ?? '';
  return { distribution: value('ID'), version: value('VERSION_ID'), codename: value('VERSION_CODENAME') };
}

/** proc_meminfo(5), whose kB are 1024 bytes. */
export function parseMeminfo(text: string) {
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
  return {
    memTotal: bytes('MemTotal'),
    memFree: bytes('MemFree'),
    swapTotal: bytes('SwapTotal'),
    swapFree: bytes('SwapFree'),
  };
}

/** `26h 3m 7.50s`, with the days of longer times behind it, as podman writes it. */
export function uptimeText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const text = `${hours}h ${Math.floor((seconds % 3600) / 60)}m ${(seconds % 60).toFixed(2)}s`;
  return hours < 24 ? text : `${text} (Approximately ${(hours / 24).toFixed(2)} days)`;
}

/** The type of the file system that a path is on; of several mounts at one place the last is seen. */
export function fileSystemOf(path: string, mountinfo: string): string {
  let found: { mountPoint: string; type: string } | undefined;
  for (const mount of parseMountinfo(mountinfo)) {
    const fits = isAtOrBelow(path, mount.mountPoint);
    if (fits && mount.mountPoint.length >= (found?.mountPoint.length ?? 0)) found = mount;
  }
  return found?.type ?? '';
}
