import { removeFromManifestList } from '../../engine/images/manifest-change.ts';
import type { command } from '../commands/manifest-remove.ts';
import type { Handler } from '../parse/command.ts';
import { printListId } from '../print/list-id.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const [list = '', image = ''] = invocation.args;
  await printListId(invocation.output, removeFromManifestList(worldOf(invocation), list, image));
  return 0;
};
