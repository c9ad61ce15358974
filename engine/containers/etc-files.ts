import { concatMap } from '../../base/concat-map.ts';
import { O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY } from '../../abi/flags/open.ts';
import { readKernelFile } from '../../kernel/files.ts';
import type { Op } from '../../plan/ops.ts';
import type { RootOutside } from './root-outside.ts';
import type { ContainerConfig } from '../config.ts';
import type { ContainerPaths } from '../records/paths.ts';
import { containerHostname } from '../spec/hostname.ts';
import type { EtcTexts } from '../networks/etc-texts.ts';
import { passwdWithUser } from './passwd-entry.ts';

/** A file made for one container, and where the container sees it. */
export interface EtcFile {
  readonly destination: string;
  readonly path: string;
  readonly text: string;
  readonly because: string;
}

/** What the root file system and the host say that these files depend on. */
export interface EtcSources {
  readonly hostHostname: string;
  readonly passwd?: string;
  readonly group?: string;
  /** As networks, `--dns` or `--add-host` want them. */
  readonly texts?: EtcTexts;
}

/** The files in /etc that a container gets of its own. Throws what `resolveUser` throws. */
export function etcFiles(config: ContainerConfig, { runtime }: ContainerPaths, sources: EtcSources): EtcFile[] {
  const isHostNetwork = config.namespaces.network.kind === 'host';
  const hostname = containerHostname(config, sources.hostHostname);
  const passwd = passwdWithUser(config, sources);
  const file = (name: string, text: string, because: string) => {
    return { destination: `/etc/${name}`, path: `${runtime}/${name}`, text, because };
  };
  const { texts } = sources;
  const hosts = texts === undefined ? hostsText(hostname, isHostNetwork) : texts.hosts;
  const resolvConf = texts?.resolvConf ?? (isHostNetwork ? hostText('/etc/resolv.conf') : '');
  return [
    file('hostname', `${hostname}\n`, 'the container knows its name'),
    ...(hosts === undefined || config.names?.noHosts
      ? []
      : [file('hosts', hosts, 'the container finds itself by name')]),
    ...(config.names?.noResolvConf ? [] : [file('resolv.conf', resolvConf, 'resolvers as far as the network reaches')]),
    ...(passwd === undefined ? [] : [file('passwd', passwd, '--user: who it runs as has a name')]),
  ];
}

/** Host stage: writes them, before the container's mounts bind them. `owner` is root of the container, where that is another. */
export function writeEtcFiles(files: readonly EtcFile[], owner?: RootOutside): Op[] {
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  return concatMap(files, ({ path, text, because }): Op[] => {
    const data = new TextEncoder().encode(text);
    const write: Op = { op: 'write', stage: 'host', because, at: -1, path, flags, data };
    return owner === undefined ? [write] : [write, { op: 'chown', stage: 'host', because, at: -1, path, ...owner }];
  });
}

function hostsText(hostname: string, isHostNetwork: boolean): string {
  const own = `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t${hostname}\n`;
  return (isHostNetwork ? hostText('/etc/hosts') : '') || own;
}

function hostText(path: string): string {
  return readKernelFile(path) ?? '';
}
