import { inspectNetwork } from '../../engine/networks/inspect.ts';
import type { command } from '../commands/network-inspect.ts';
import type { Handler } from '../parse/command.ts';
import { printDocuments } from '../print/documents.ts';
import { eachReference } from '../each-reference.ts';
import { worldOf } from '../world.ts';

const MAPS = new Set(['labels', 'options', 'ipam_options', 'containers', 'host_changes']);

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const documents: object[] = [];
  const exitCode = await eachReference(args, output, { print: false }, async (network) =>
    documents.push(await inspectNetwork(world, network)),
  );
  await printDocuments(documents, output, { format: options.format, maps: MAPS, name: 'network inspect' });
  return exitCode;
};
