import { LimpidError } from '../../base/error.ts';
import { removeContainer } from '../containers/remove.ts';
import type { World } from '../world.ts';
import { findVolume, lookUpVolume } from './list.ts';
import { removeIdleVolumes } from './prune.ts';

export interface RemoveVolumeOptions {
  /** The containers that have it go first. */
  readonly force?: boolean;
  /** Seconds for them to stop. */
  readonly timeoutS?: number;
}

/** Removes a volume, named by the start of its name as well, with its files. Throws ENOVOLUME, EAMBIGUOUS, EINUSE naming the users. */
export async function removeVolume(
  world: World,
  reference: string,
  { force = false, timeoutS = 10 }: RemoveVolumeOptions = {},
): Promise<void> {
  const { name, users } = lookUpVolume(world, reference);
  if (users.length > 0 && !force) throw inUse(name, users);
  for (const user of users) await removeContainer(world, user, { force, timeoutS });
  const [removed] = await removeIdleVolumes(world, [name]);
  if (removed === undefined) throw inUse(name, findVolume(world, name).users);
}

function inUse(name: string, users: readonly string[]): LimpidError {
  const containers = users.map((user) => `"${user}"`).join(', ');
  return new LimpidError({
    code: 'EINUSE',
    doing: 'remove',
    subject: `volume "${name}"`,
    why: `it is used by container${users.length === 1 ? '' : 's'} ${containers}`,
    hint: `\`limpid volume rm -f ${name}\` removes them with it`,
  });
}
