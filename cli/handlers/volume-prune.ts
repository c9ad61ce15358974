import { pruneVolumes } from '../../engine/volumes/prune.ts';
import type { command } from '../commands/volume-prune.ts';
import { confirms } from '../confirm.ts';
import { volumeFilter } from '../filter/volumes.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  const wanted = volumeFilter(options.filter);
  const question = 'This removes all volumes that no container has, with their files. Go on?';
  if (!options.force && !(await confirms(output, question))) return 0;
  for (const name of await pruneVolumes(worldOf(invocation), wanted)) await output.out(`${name}\n`);
  return 0;
};
