import { parseMountOptions } from '../../abi/mount-options.ts';
import { LimpidError } from '../../base/error.ts';
import type { Op } from '../../plan/ops.ts';
import { outsideId } from '../../plan/user-namespace.ts';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import type { ContainerConfig, MountConfig } from '../config.ts';
import { containerMaps } from '../rootfs/shown-layers.ts';
import { cleanPath } from '../spec/paths.ts';
import type { World } from '../world.ts';

/** Directories that belong to the machine: podman gives none of them away either. */
const OF_THE_HOST: ReadonlySet<string> = new Set(
  [
    ['/', '/bin', '/boot', '/dev', '/etc', '/etc/passwd', '/etc/pki', '/etc/shadow', '/home', '/lib', '/lib64'],
    [
      '/media',
      '/opt',
      '/proc',
      '/root',
      '/run',
      '/sbin',
      '/srv',
      '/sys',
      '/tmp',
      '/usr',
      '/var',
      '/var/lib',
      '/var/log',
    ],
  ].flat(),
);

/** Throws EMOUNT where `U` would give a directory of the machine itself to somebody. */
export function checkGivenSource({ type, source, options, because }: MountConfig): void {
  if (type !== 'bind' || !options.includes('U') || options.includes('O')) return;
  if (!OF_THE_HOST.has(cleanPath(source ?? ''))) return;
  throw new LimpidError({
    code: 'EMOUNT',
    doing: 'give',
    subject: `"${source}" to a container, for "${because}"`,
    why: 'the machine itself needs it as it is',
    hint: 'mount a directory below it, or leave U out',
  });
}

/** Host stage, `U`: what is bound belongs, with all in it, to the user that the container runs as. */
export function giveSources(world: World, config: ContainerConfig, { process, mounts = [] }: RuntimeSpec): Op[] {
  const wanted = config.mounts.filter(({ type, options }) => type !== 'tmpfs' && options.includes('U'));
  if (wanted.length === 0) return [];
  const { uid = 0, gid = 0 } = process?.user ?? {};
  const maps = containerMaps(world, config);
  return wanted.map(({ destination, because }): Op => {
    const { source, options } = mounts.find((mount) => mount.destination === cleanPath(destination))!;
    const inside = maps === undefined || parseMountOptions(options ?? []).idMap !== 'no';
    const owner = inside
      ? { uid, gid }
      : { uid: outsideId(uid, maps.uidMappings), gid: outsideId(gid, maps.gidMappings) };
    return { op: 'chown_tree', stage: 'host', because, at: -1, path: source!, ...owner };
  });
}
