import { becomeInNetwork } from '../../engine/networks/become-in-network.ts';
import type { command } from '../commands/netns-exec.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = (invocation) => {
  const [container = '', ...words] = invocation.args;
  return becomeInNetwork(worldOf(invocation), container, words);
};
