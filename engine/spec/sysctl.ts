import { LimpidError } from '../../base/error.ts';
import type { ContainerConfig } from '../config.ts';
import { ownsNamespace } from './namespaces.ts';
import type { Reasons } from './reasons.ts';

const IPC = new Set([
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]);

/** Lets the container's root group ping without CAP_NET_RAW, as podman does. */
const PING = { key: 'net.ipv4.ping_group_range', value: '0 0' };

type Wanted = Pick<ContainerConfig, 'sysctls' | 'namespaces'>;

/**
 * The sysctls to set, by dotted name. Only those that belong to a namespace of the container's own are allowed; any
 * other would change the host or another container, and is `ESYSCTL`. As in sysctl(8), a `/` inside a dotted name
 * stands for a dot (`net.ipv4.conf.eth0/1.forwarding`), and a name whose first separator is `/` swaps the two.
 */
export function planSysctls(config: Wanted, reasons: Reasons): Record<string, string> {
  const sysctls: Record<string, string> = {};
  if (config.namespaces.network.kind === 'private') {
    sysctls[PING.key] = PING.value;
    reasons.note(`linux.sysctl[${PING.key}]`, "default: ping for the container's root");
  }
  for (const [name, value] of Object.entries(config.sysctls)) {
    const key = dotted(name);
    const why = refusal(config, key, value);
    if (why !== undefined) throw new LimpidError({ code: 'ESYSCTL', doing: 'set', subject: `sysctl "${name}"`, why });
    sysctls[key] = value;
    reasons.note(`linux.sysctl[${key}]`, `--sysctl ${name}=${value}`);
  }
  return sysctls;
}

function refusal(config: Wanted, key: string, value: string): string | undefined {
  // No part may begin with a slash: "//" would become ".." on the way to /proc/sys.
  if (!/^\w+(?:\.[\w:@-][\w:@/-]*)+$/.test(key)) return 'that is no name of a sysctl';
  if (/[\0\n]/.test(value)) return 'its value holds a NUL or a new line';
  if (key.startsWith('net.')) return ownOr(config, 'network');
  if (IPC.has(key) || key.startsWith('fs.mqueue.')) return ownOr(config, 'ipc');
  return 'it belongs to no namespace, so it would change the host';
}

function ownOr(config: Wanted, type: 'network' | 'ipc'): string | undefined {
  return ownsNamespace(config, type) ? undefined : `the container has no ${type} namespace of its own`;
}

function dotted(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  return separator === '/' ? name.replace(/[./]/g, (c) => (c === '/' ? '.' : '/')) : name;
}
