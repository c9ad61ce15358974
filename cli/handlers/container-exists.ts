import { containerExists } from '../../engine/containers/exists.ts';
import type { command } from '../commands/container-exists.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = (invocation) =>
  containerExists(worldOf(invocation), invocation.args[0]!) ? 0 : 1;
