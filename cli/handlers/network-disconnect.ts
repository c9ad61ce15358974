import { disconnectNetwork } from '../../engine/networks/connect.ts';
import type { command } from '../commands/network-disconnect.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const [network = '', container = ''] = invocation.args;
  await disconnectNetwork(worldOf(invocation), network === 'bridge' ? 'limpid' : network, container);
  return 0;
};
