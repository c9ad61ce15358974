import { createManifestList } from '../../engine/images/manifest-change.ts';
import type { command } from '../commands/manifest-create.ts';
import type { Handler } from '../parse/command.ts';
import { printListId } from '../print/list-id.ts';
import { registryOptions } from '../registry-options.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, typed, args, output } = invocation;
  const [list = '', ...images] = args;
  const { all, amend } = options;
  const registry = await registryOptions(options, typed);
  await printListId(output, await createManifestList(worldOf(invocation), list, images, { all, amend, registry }));
  return 0;
};
