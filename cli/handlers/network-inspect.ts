import { inspectNetwork } from '../../engine/networks/inspect.ts';
import type { command } from '../commands/network-inspect.ts';
import type { Handler } from '../parse/command.ts';
import type { Output } from '../output.ts';
import { printDocuments } from '../print/documents.ts';
import { eachReference } from '../each-reference.ts';
import { worldOf } from '../world.ts';

const MAPS = new Set(['labels', 'options', 'ipam_options', 'containers', 'host_changes']);

const NAME = 'network inspect';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const documents: object[] = [];
  const exitCode = await eachReference(args, output, { print: false }, async (network) =>
    documents.push(await inspectNetwork(world, network)),
  );
  const { format } = options;
  if (format === 'json') await printDocuments(documents, output, { format, maps: MAPS, name: NAME });
  else await printFields(documents, output, format);
  return exitCode;
};

async function printFields(documents: readonly object[], output: Output, format: string): Promise<void> {
  const { formatValue } = await import('../template/format.ts');
  const { withMaps } = await import('../template/value.ts');
  const { nameNetworkFields } = await import('../print/network-fields.ts');
  for (const document of documents) {
    const shown = withMaps(document, MAPS) as object;
    nameNetworkFields(shown);
    await output.out(formatValue(format, shown, NAME));
  }
}
