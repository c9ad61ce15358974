import { untagImage } from '../../engine/images/tag.ts';
import type { command } from '../commands/untag.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = (invocation) => {
  const [image = '', ...names] = invocation.args;
  untagImage(worldOf(invocation), image, names);
  return 0;
};
