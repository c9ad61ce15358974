import { readKernelFile } from '../../kernel/files.ts';
import { O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY } from '../../abi/flags/open.ts';
import type { Op } from '../../plan/ops.ts';
import type { ContainerConfig } from '../config.ts';
import type { ContainerPaths } from '../records/paths.ts';

/** The three files that every container gets of its own, by where it sees them. */
export function etcFiles({ runtime }: ContainerPaths): Record<string, string> {
  return {
    '/etc/hostname': `${runtime}/hostname`,
    '/etc/hosts': `${runtime}/hosts`,
    '/etc/resolv.conf': `${runtime}/resolv.conf`,
  };
}

/** Operations that write them, before the container's mounts bind them. `hostname` is what the container will be called. */
export function writeEtcFiles(config: ContainerConfig, paths: ContainerPaths, hostname: string): Op[] {
  const files = etcFiles(paths);
  const isHostNetwork = config.namespaces.network.kind === 'host';
  return [
    writeOp(files['/etc/hostname']!, `${hostname}\n`, 'the container knows its name'),
    writeOp(files['/etc/hosts']!, hostsText(hostname, isHostNetwork), 'the container finds itself by name'),
    writeOp(files['/etc/resolv.conf']!, isHostNetwork ? hostResolvConf() : '', 'resolvers as far as the network reaches'),
  ];
}

function writeOp(path: string, text: string, because: string): Op {
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  return { op: 'write', stage: 'host', because, at: -1, path, flags, data: new TextEncoder().encode(text) };
}

function hostsText(hostname: string, isHostNetwork: boolean): string {
  const own = `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t${hostname}\n`;
  if (!isHostNetwork) return own;
  const host = readKernelFile('/etc/hosts') ?? '';
  return host === '' ? own : host;
}

function hostResolvConf(): string {
  return readKernelFile('/etc/resolv.conf') ?? '';
}
