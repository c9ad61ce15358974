import { annotateManifestList } from '../../engine/images/manifest-change.ts';
import type { command } from '../commands/manifest-annotate.ts';
import { memberWords } from '../member-words.ts';
import type { Handler } from '../parse/command.ts';
import { printListId } from '../print/list-id.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const [list = '', image = ''] = args;
  await printListId(output, annotateManifestList(worldOf(invocation), list, image, memberWords(options)));
  return 0;
};
