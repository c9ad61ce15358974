import { concatMap } from '../../base/concat-map.ts';
import { LimpidError } from '../../base/error.ts';
import { statPath, type FileStatus } from '../../kernel/file-status.ts';
import { listDirectory } from '../../kernel/files.ts';
import type { ContainerConfig } from '../config.ts';
import type { HostDevice } from '../spec/inputs.ts';

/** Names below /dev that belong to one container or one terminal, never to all. */
const NOT_SHARED = new Set(['pts', 'shm', 'mqueue', 'console', 'fd', 'hugepages', 'lxd', '.lxc', '.lxd-mounts']);

/** The host's devices that a container is given: those of `--device` (a directory means all in it), all when privileged. */
export function hostDevices({ devices, privileged }: Pick<ContainerConfig, 'devices' | 'privileged'>): HostDevice[] {
  const asked = concatMap(devices, ({ hostPath }) => {
    const found = devicesAt(hostPath, { followLinks: true });
    if (found.length === 0) throw noDevice(hostPath);
    return found;
  });
  if (!privileged) return asked;
  const names = listDirectory('/dev').filter((name) => !NOT_SHARED.has(name));
  return [...asked, ...concatMap(names, (name) => devicesAt(`/dev/${name}`, { followLinks: false }))];
}

/** `--device` may name a symlink; those met in a directory are second names of devices that are listed themselves. */
function devicesAt(path: string, { followLinks }: { followLinks: boolean }): HostDevice[] {
  const status = statPath(path, { followLinks });
  if (status === undefined) return [];
  if (status.kind === 'directory')
    return concatMap(listDirectory(path), (name) => devicesAt(`${path}/${name}`, { followLinks: false }));
  const device = asDevice(path, status);
  return device === undefined ? [] : [device];
}

function asDevice(path: string, { kind, major, minor, mode, uid, gid }: FileStatus): HostDevice | undefined {
  if (kind !== 'char' && kind !== 'block') return undefined;
  return { path, type: kind === 'char' ? 'c' : 'b', major, minor, mode, uid, gid };
}

function noDevice(path: string): LimpidError {
  const why = statPath(path) === undefined ? 'there is no such device on this host' : 'it is no device';
  return new LimpidError({ code: 'ENODEVICE', doing: 'give', subject: `device "${path}"`, why });
}
