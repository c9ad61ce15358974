import { updateNetwork } from '../../engine/networks/update.ts';
import type { command } from '../commands/network-update.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const [network = ''] = args;
  const { 'dns-add': addServers, 'dns-drop': dropServers } = options;
  await updateNetwork(worldOf(invocation), network, { addServers, dropServers });
  await output.out(`${network}\n`);
  return 0;
};
