import type { World } from '../world.ts';
import { findVolume, type Volume } from './list.ts';

/** A volume as `podman volume inspect` shows it. */
export function inspectVolume(world: World, name: string) {
  return volumeDocument(findVolume(world, name));
}

export function volumeDocument({ name, mountpoint, created, labels, users }: Volume) {
  return {
    Name: name,
    Driver: 'local',
    Mountpoint: mountpoint,
    CreatedAt: created,
    Labels: labels,
    Scope: 'local',
    Options: {},
    MountCount: users.length,
  };
}
