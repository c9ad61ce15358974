import { builtinRootfs } from '../../kernel/assets.ts';
import { statPath } from '../../kernel/file-status.ts';
import { UPSTREAM_RESOLV_CONF } from '../../network/names/resolv-conf.ts';
import { networkFile } from '../../network/store/place.ts';
import { imagesDirectory } from '../../store/place.ts';
import type { Endpoint } from '../../spec/network.ts';
import type { RootfsSource } from '../config.ts';
import type { World } from '../world.ts';
import { fileFact, fileSystemFact, interfaceFact, pathFact, variableFact, type Fact } from './facts.ts';
import { hostFacts } from './host-facts.ts';

/** As `--http-proxy` passes them on. */
const PROXIES = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy'] as const;

/** What the plan of a run that is kept depends on besides its words and its root file system. */
export function runFacts(world: World, endpoint: Endpoint | undefined): Fact[] {
  return [
    ...hostFacts(world),
    ...PROXIES.flatMap((name) => [variableFact(name), variableFact(name.toUpperCase())]),
    ...(endpoint === undefined ? [] : networkFacts(world, endpoint)),
  ];
}

/** The files of a root file system that a plan looks into. */
export function rootfsFacts(world: World, rootfs: RootfsSource): Fact[] {
  return rootfsFiles(world, rootfs).map(pathFact);
}

function rootfsFiles(world: World, rootfs: RootfsSource): string[] {
  // Its layers never change; which image is behind a name may.
  if (rootfs.kind === 'image') return [`${imagesDirectory(world)}/index.json`];
  if (rootfs.kind !== 'builtin') return [];
  const directory = `${world.root}/builtin/${rootfs.name}-${builtinRootfs(rootfs.name)?.digest}`;
  return [directory, `${directory}/etc/passwd`, `${directory}/etc/group`];
}

/** A bridge that is up, a firewall that is there, packets passed on, and the same resolvers. */
function networkFacts(world: World, { network: { name, interfaceName } }: Endpoint): Fact[] {
  const facts = [
    pathFact(networkFile(world, name)),
    interfaceFact(interfaceName),
    fileFact('/proc/sys/net/ipv4/ip_forward'),
    pathFact('/etc/resolv.conf'),
    pathFact(UPSTREAM_RESOLV_CONF),
  ];
  return statPath('/proc/sys/net/ipv6') === undefined ? facts : [...facts, fileSystemFact('/proc/sys/net/ipv6')];
}
