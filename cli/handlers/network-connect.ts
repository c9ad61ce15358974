import { connectNetwork } from '../../engine/networks/connect.ts';
import type { command } from '../commands/network-connect.ts';
import { connectOptions } from '../create-options/network-attachment.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args } = invocation;
  const [network = '', container = ''] = args;
  await connectNetwork(
    worldOf(invocation),
    network === 'bridge' ? 'limpid' : network,
    container,
    connectOptions(options),
  );
  return 0;
};
