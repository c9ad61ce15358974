import { EXIT_ENGINE_FAILED } from '../../base/error.ts';
import { pruneNetworks } from '../../engine/networks/prune.ts';
import type { command } from '../commands/network-prune.ts';
import { confirms } from '../confirm.ts';
import { networkFilter } from '../filter/networks.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  const wanted = networkFilter(options.filter);
  if (!options.force && !(await confirms(output, 'This removes all networks that no container uses. Go on?'))) return 0;
  const { removed, failed } = await pruneNetworks(worldOf(invocation), (network) => wanted({ ...network, users: [] }));
  for (const name of removed) await output.out(`${name}\n`);
  for (const error of failed) await output.err(`Error: ${error.message}\n`);
  return failed.length === 0 ? 0 : EXIT_ENGINE_FAILED;
};
