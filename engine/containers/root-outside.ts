import { outsideId } from '../../plan/user-namespace.ts';
import type { RuntimeSpec } from '../../spec/runtime.ts';

/** Who the container's root is on the host. */
export interface RootOutside {
  readonly uid: number;
  readonly gid: number;
}

/** `undefined` where root inside is root outside. */
export function rootOutside({ linux }: RuntimeSpec): RootOutside | undefined {
  if (!linux?.uidMappings?.length) return undefined;
  return { uid: outsideId(0, linux.uidMappings), gid: outsideId(0, linux.gidMappings ?? []) };
}
