import { serveNames } from '../../engine/networks/names/serve-names.ts';
import type { command } from '../commands/network-resolver.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = (invocation) => {
  serveNames(worldOf(invocation));
  return 0;
};
