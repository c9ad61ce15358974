import type { Platform } from '../../spec/image.ts';
import type { World } from '../world.ts';

/** What images have to be for to run here. */
export function hostPlatform({ facts }: Pick<World, 'facts'>): Platform {
  return facts.arch === 'aarch64'
    ? { os: 'linux', architecture: 'arm64', variant: 'v8' }
    : { os: 'linux', architecture: 'amd64' };
}
