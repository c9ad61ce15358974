import { tagImage } from '../../engine/images/tag.ts';
import type { command } from '../commands/tag.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = (invocation) => {
  const [image = '', ...names] = invocation.args;
  tagImage(worldOf(invocation), image, names);
  return 0;
};
