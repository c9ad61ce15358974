import { addToManifestList } from '../../engine/images/manifest-change.ts';
import type { command } from '../commands/manifest-add.ts';
import { memberWords } from '../member-words.ts';
import type { Handler } from '../parse/command.ts';
import { printListId } from '../print/list-id.ts';
import { registryOptions } from '../registry-options.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, typed, args, output } = invocation;
  const [list = '', ...images] = args;
  const wanted = { all: options.all, words: memberWords(options), registry: await registryOptions(options, typed) };
  await printListId(output, await addToManifestList(worldOf(invocation), list, images, wanted));
  return 0;
};
