import { formatTable } from '../../base/table.ts';
import { volumeDocument } from '../../engine/volumes/inspect.ts';
import { listVolumes } from '../../engine/volumes/list.ts';
import type { command } from '../commands/volume-ls.ts';
import { volumeFilter } from '../filter/volumes.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

const HEADINGS = { Name: 'VOLUME NAME' };

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  const { format, noheading: noHeading } = options;
  const matches = volumeFilter(options.filter);
  const rows = listVolumes(worldOf(invocation)).filter(matches).map(volumeDocument);
  if (options.quiet && format === undefined) {
    await output.out(rows.map(({ Name }) => `${Name}\n`).join(''));
  } else if (format === undefined) {
    const lines = rows.map(({ Driver, Name }) => [Driver, Name]);
    await output.out(formatTable(noHeading ? lines : [['DRIVER', 'VOLUME NAME'], ...lines]));
  } else {
    const { formatRows } = await import('../template/format.ts');
    const { withMaps } = await import('../template/value.ts');
    const shown = rows.map((row) => withMaps(row, VOLUME_MAPS) as object);
    await output.out(formatRows(format, shown, { name: 'volume ls', headings: HEADINGS, noHeading }));
  }
  return 0;
};

const VOLUME_MAPS = new Set(['Labels', 'Options']);
