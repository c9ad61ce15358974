import { LimpidError } from '../../base/error.ts';
import type { ContainerConfig } from '../config.ts';
import { ownsNamespace } from './namespaces.ts';

type Named = Pick<ContainerConfig, 'id' | 'hostname' | 'domainname' | 'namespaces'>;

/** `__NEW_UTS_LEN`: the kernel refuses longer names. */
const MAX_NAME_BYTES = 64;

/**
 * The container's host name: as asked, else the host's own for one that shares its UTS or network namespace, else
 * the short id. Only a container with its own UTS namespace may ask: `EOPTION`.
 */
export function containerHostname(config: Named, hostHostname: string): string {
  checkName('hostname', config, config.hostname);
  checkName('domainname', config, config.domainname);
  if (config.hostname !== undefined) return config.hostname;
  const sharesName = config.namespaces.uts.kind === 'host' || config.namespaces.network.kind === 'host';
  return sharesName ? hostHostname : config.id.slice(0, 12);
}

function checkName(option: 'hostname' | 'domainname', config: Named, name: string | undefined): void {
  if (name === undefined) return;
  const why = complaint(config, name);
  if (why !== undefined) throw new LimpidError({ code: 'EOPTION', doing: 'set', subject: `${option} "${name}"`, why });
}

function complaint(config: Named, name: string): string | undefined {
  if (!ownsNamespace(config, 'uts')) return 'the container has no UTS namespace of its own';
  if (name === '' || name.includes('\0')) return 'it is empty or holds a NUL byte';
  return new TextEncoder().encode(name).length > MAX_NAME_BYTES ? `Linux allows ${MAX_NAME_BYTES} bytes` : undefined;
}
