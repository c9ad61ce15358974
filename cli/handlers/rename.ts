import { renameContainer } from '../../engine/containers/rename.ts';
import type { command } from '../commands/rename.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = (invocation) => {
  const [reference = '', name = ''] = invocation.args;
  renameContainer(worldOf(invocation), reference, name);
  return 0;
};
