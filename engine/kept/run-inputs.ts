import { fingerprint, statPath } from '../../kernel/file-status.ts';
import { hostHostname } from '../../kernel/hostname.ts';
import { currentGid } from '../../kernel/process.ts';
import { builtinRootfs } from '../../kernel/assets.ts';
import { imagesDirectory } from '../../store/place.ts';
import type { RootfsSource } from '../config.ts';
import type { World } from '../world.ts';

/** As `--http-proxy` passes them on. */
const PROXIES = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy'] as const;

/**
 * What the plan of a run that is kept depends on besides its words, as one text to be compared: this program, the host
 * and what this command may do there, the root file system's users.
 */
export function runInputs(world: World, rootfs: RootfsSource): string {
  const proxies = PROXIES.map((name) => [Bun.env[name], Bun.env[name.toUpperCase()]]);
  return JSON.stringify([
    ...hostInputs(world),
    proxies,
    rootFileSystem(world, rootfs).map((path) => fingerprint(statPath(path))),
  ]);
}

/** What any plan depends on. */
export function hostInputs(world: World): unknown[] {
  const { facts } = world;
  const { mode, unified, unifiedControllers, hierarchies, cpus, mems, swapAccounting } = facts.cgroup;
  return [
    world.root,
    facts.kernelRelease,
    facts.bootId,
    facts.uid,
    currentGid(),
    String(facts.capabilities),
    facts.lastCapability,
    { mode, unified, unifiedControllers, hierarchies, cpus, mems, swapAccounting },
    Object.values(facts.rlimits).map(({ soft, hard }) => `${soft} ${hard}`),
    hostHostname(),
  ];
}

/** Files of the root file system that a plan looks into. */
function rootFileSystem(world: World, rootfs: RootfsSource): string[] {
  // Its layers never change; which image is behind a name may.
  if (rootfs.kind === 'image') return [`${imagesDirectory(world)}/index.json`];
  if (rootfs.kind !== 'builtin') return [];
  const directory = `${world.root}/builtin/${rootfs.name}-${builtinRootfs(rootfs.name)?.digest}`;
  return [directory, `${directory}/etc/passwd`, `${directory}/etc/group`];
}
