import { manifestListExists } from '../../engine/images/manifest-inspect.ts';
import type { command } from '../commands/manifest-exists.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = (invocation) =>
  manifestListExists(worldOf(invocation), invocation.args[0]!) ? 0 : 1;
