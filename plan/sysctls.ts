import { O_WRONLY } from '../abi/flags/open.ts';
import type { NamespaceType } from '../spec/runtime.ts';
import type { Op } from './ops.ts';
import type { LaunchRequest } from './request.ts';
import { specError } from './spec-error.ts';
import { NONE } from './slots.ts';

const IPC = new Set(
  ['msgmax', 'msgmnb', 'msgmni', 'sem', 'shmall', 'shmmax', 'shmmni', 'shm_rmid_forced'].map(
    (name) => `kernel.${name}`,
  ),
);

/**
 * Child stage, while the host's /proc is in sight: what is written there counts for the namespaces of the writer,
 * and no file of the container can stand in its way. What is about one interface comes with `interfaces`, as those are
 * made beside the child. Throws LimpidError `ESPEC` for a setting that would be the host's.
 */
export function writeSysctls(
  { spec, namespaces, because }: LaunchRequest,
  { interfaces }: { readonly interfaces: boolean } = { interfaces: false },
): Op[] {
  const chosen = Object.entries(spec.linux?.sysctl ?? {}).filter(([key]) => isOfInterface(key) === interfaces);
  return chosen.map(([key, value]) => {
    const name = dotted(key);
    const field = `linux.sysctl[${key}]`;
    const type = namespaceOf(name);
    if (type === undefined)
      throw specError(field, `"${key}" belongs to the whole host`, 'net.*, fs.mqueue.* and the IPC ones can be set');
    if (!namespaces.created.has(type) && !namespaces.joined.has(type)) {
      throw specError(field, `"${key}" would be set for the host: the container has no ${type} namespace of its own`);
    }
    const parts = slashed(key).split('/');
    if (parts.some((part) => part === '..' || part === '')) throw specError(field, `"${key}" is no name of a sysctl`);
    const data = new TextEncoder().encode(value);
    return {
      op: 'write',
      stage: 'child',
      because: because(field),
      at: NONE,
      path: `/proc/sys/${parts.join('/')}`,
      flags: O_WRONLY,
      data,
    };
  });
}

/** `net.ipv4.conf.eth0.forwarding`, and not `net.ipv4.conf.all.forwarding`. */
function isOfInterface(key: string): boolean {
  const parts =
    key.includes('.conf.') || key.includes('.neigh.') || key.startsWith('net/') ? slashed(key).split('/') : [];
  const [net, , kind, name] = parts;
  if (net !== 'net' || (kind !== 'conf' && kind !== 'neigh')) return false;
  return name !== 'all' && name !== 'default' && name !== 'lo';
}

function namespaceOf(name: string): NamespaceType | undefined {
  if (name.startsWith('net.')) return 'network';
  if (IPC.has(name) || name.startsWith('fs.mqueue.')) return 'ipc';
  return name === 'kernel.domainname' || name === 'kernel.hostname' ? 'uts' : undefined;
}

/** sysctl(8): the first separator decides; in `net/ipv4/conf/eth0.100/…` the dot is part of a name. */
function slashed(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  return first === '/' ? key : key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.'));
}

function dotted(key: string): string {
  return slashed(key).replaceAll('/', '.');
}
