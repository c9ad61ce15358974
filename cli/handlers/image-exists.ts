import { imageExists } from '../../engine/images/exists.ts';
import type { command } from '../commands/image-exists.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = (invocation) =>
  imageExists(worldOf(invocation), invocation.args[0]!) ? 0 : 1;
