import { requireRunning } from '../../engine/containers/kill.ts';
import { reloadNetworks } from '../../engine/networks/reload.ts';
import { findRecord } from '../../engine/records/read.ts';
import type { command } from '../commands/network-reload.ts';
import type { Handler } from '../parse/command.ts';
import { selectContainers } from '../select-containers.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const references = selectContainers(world, { args, options, whenAll: ({ state }) => state.process !== undefined });
  const records = references.map((reference) => findRecord(world, reference));
  if (!options.all) for (const record of records) requireRunning(world, record, 'reload the network of');
  await reloadNetworks(world);
  for (const { config } of records) await output.out(`${config.id}\n`);
  return 0;
};
