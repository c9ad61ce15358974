import { formatTable } from '../../base/table.ts';
import { networkDocument } from '../../engine/networks/inspect.ts';
import { listAllNetworks } from '../../engine/networks/list.ts';
import type { command } from '../commands/network-ls.ts';
import { networkFilter } from '../filter/networks.ts';
import type { Handler } from '../parse/command.ts';
import { NETWORK_HEADINGS, networkRow } from '../print/network-row.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  const { format, 'no-trunc': noTrunc, noheading: noHeading } = options;
  const networks = (await listAllNetworks(worldOf(invocation))).filter(networkFilter(options.filter));
  if (options.quiet && format === undefined) {
    await output.out(networks.map(({ name }) => `${name}\n`).join(''));
  } else if (format === 'json') {
    await output.out(`${JSON.stringify(networks.map(networkDocument), null, 2)}\n`);
  } else if (format === undefined) {
    const lines = networks
      .map((network) => networkRow(network, noTrunc))
      .map(({ ID, Name, Driver }) => [ID, Name, Driver]);
    await output.out(formatTable(noHeading ? lines : [['NETWORK ID', 'NAME', 'DRIVER'], ...lines]));
  } else {
    const { formatRows } = await import('../template/format.ts');
    const rows = networks.map((network) => networkRow(network, noTrunc));
    await output.out(formatRows(format, rows, { name: 'network ls', headings: NETWORK_HEADINGS, noHeading }));
  }
  return 0;
};
