import { LimpidError } from '../base/error.ts';
import { listRecords } from '../engine/records/read.ts';
import type { World } from '../engine/world.ts';

/** Id of the container that was created last, for `--latest`. Throws ENOCONTAINER where there is none. */
export function latestName(world: World): string {
  const last = listRecords(world).at(-1);
  if (last !== undefined) return last.config.id;
  throw new LimpidError({ code: 'ENOCONTAINER', doing: 'find', subject: 'the latest container', why: 'there is none' });
}
