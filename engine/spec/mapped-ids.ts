import { LimpidError } from '../../base/error.ts';
import type { IdMapping } from '../../spec/runtime.ts';
import type { ContainerConfig } from '../config.ts';
import type { IdMaps } from './inputs.ts';
import { ownsNamespace } from './namespaces.ts';
import type { ResolvedUser } from './user.ts';

type Mapped = Pick<ContainerConfig, 'namespaces' | 'uidMappings' | 'gidMappings' | 'groups'>;

/**
 * Whether an id of the container is one on the host too: always, but for what a user namespace leaves out. `joined`
 * are the maps of one that it joins.
 */
export function isMapped(
  config: Mapped,
  which: 'uidMappings' | 'gidMappings',
  id: number,
  joined: IdMaps | undefined,
): boolean {
  const ranges = ownsNamespace(config, 'user') ? config[which] : joined?.[which];
  return ranges === undefined || ranges.some((range) => isWithin(range, id));
}

/**
 * The user as far as the container's id maps reach. Groups that only /etc/group speaks of are left out where they are
 * not mapped, as podman does; a user or group that was asked for is `EOPTION`, where setresuid(2) would say EINVAL.
 */
export function mappedUser(user: ResolvedUser, config: Mapped, joined?: IdMaps): ResolvedUser {
  if (!isMapped(config, 'uidMappings', user.uid, joined)) throw unmapped('user', user.uid);
  if (!isMapped(config, 'gidMappings', user.gid, joined)) throw unmapped('group', user.gid);
  const lost = user.requestedGids.find((gid) => !isMapped(config, 'gidMappings', gid, joined));
  if (lost !== undefined) throw unmapped('group', lost);
  return { ...user, additionalGids: user.additionalGids.filter((gid) => isMapped(config, 'gidMappings', gid, joined)) };
}

function isWithin({ containerID, size }: IdMapping, id: number): boolean {
  return id >= containerID && id < containerID + size;
}

function unmapped(kind: 'user' | 'group', id: number): LimpidError {
  return new LimpidError({
    code: 'EOPTION',
    doing: 'run as',
    subject: `${kind} ${id}`,
    why: "the container's id map does not reach it",
    hint: `map it with --${kind === 'user' ? 'uidmap' : 'gidmap'}`,
  });
}
