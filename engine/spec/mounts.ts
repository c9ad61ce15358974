import { parseMountOptions } from '../../abi/mount-options.ts';
import { MS_SHARED, MS_SLAVE } from '../../abi/flags/mount.ts';
import type { Linux, Mount } from '../../spec/runtime.ts';
import type { ContainerConfig } from '../config.ts';
import { defaultMounts, fileMounts, hostTrees, type ReasonedMount } from './default-mounts.ts';
import type { SpecInputs } from './inputs.ts';
import { INIT_PATH } from './command.ts';
import { isAtOrBelow, pathDepth } from './paths.ts';
import type { Reasons } from './reasons.ts';
import { userMounts } from './user-mounts.ts';

/**
 * All mounts, parents before what lies below them, else defaults before the user's. What the user mounts replaces the
 * default of the same destination, and takes away the defaults below it: they would appear inside the user's directory.
 */
export function planMounts(config: ContainerConfig, inputs: SpecInputs, reasons: Reasons): Mount[] {
  const wanted = userMounts(config, inputs);
  const own = [...defaultMounts(config, inputs), ...fileMounts(config, inputs)];
  const isOwn = (destination: string) => own.some(({ mount }) => mount.destination === destination);
  const defaults = [...hostTrees(inputs).filter(({ mount }) => !isOwn(mount.destination)), ...own];
  const mounts = [...defaults.filter((mount) => !isReplaced(mount, wanted)), ...wanted];
  mounts.sort((a, b) => pathDepth(a.mount.destination) - pathDepth(b.mount.destination));
  for (const { mount, because } of mounts) reasons.note(`mounts[${mount.destination}]`, because);
  return mounts.map(({ mount }) => mount);
}

function isReplaced({ mount }: ReasonedMount, wanted: readonly ReasonedMount[]): boolean {
  // Without it nothing would run.
  if (mount.destination === INIT_PATH) return false;
  return wanted.some((other) => isAtOrBelow(mount.destination, other.mount.destination));
}

/** A mount can only receive or pass on events if the root above it does: runtime-spec, `rootfsPropagation`. */
export function rootfsPropagation(mounts: readonly Mount[]): Pick<Linux, 'rootfsPropagation'> {
  const asked = mounts.map(({ options = [] }) => parseMountOptions(options).propagation);
  if (asked.some((propagation) => propagation & MS_SHARED)) return { rootfsPropagation: 'rshared' };
  return asked.some((propagation) => propagation & MS_SLAVE) ? { rootfsPropagation: 'rslave' } : {};
}
