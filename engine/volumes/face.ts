import type { World } from '../world.ts';
import { createVolume, type CreateVolumeOptions, type VolumeRequest } from './create.ts';
import { lookUpVolume, listVolumes, type Volume } from './list.ts';
import { pruneVolumes } from './prune.ts';
import { removeVolume, type RemoveVolumeOptions } from './remove.ts';

/** Volumes from a program, by their names. */
export class Volumes {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  create(request: VolumeRequest = {}, options: CreateVolumeOptions = {}): Promise<string> {
    return createVolume(this.#world, request, options);
  }

  list(): Volume[] {
    return listVolumes(this.#world);
  }

  inspect(volume: string): Volume {
    return lookUpVolume(this.#world, volume);
  }

  remove(volume: string, options: RemoveVolumeOptions = {}): Promise<void> {
    return removeVolume(this.#world, volume, options);
  }

  /** Removes those that no container has; answers their names. */
  prune(): Promise<string[]> {
    return pruneVolumes(this.#world);
  }
}
