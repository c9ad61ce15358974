import { diskUsage } from '../../engine/images/disk-usage.ts';
import type { command } from '../commands/system-df.ts';
import { optionError } from '../parse/option-error.ts';
import type { Handler } from '../parse/command.ts';
import { printUsage, printUsages, usageRows } from '../print/disk-usage.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  if (options.verbose && options.format !== undefined) throw optionError('--verbose', 'it excludes --format');
  const usage = diskUsage(worldOf(invocation));
  if (options.verbose) {
    await output.out(printUsages(usage, Date.now()));
    return 0;
  }
  const rows = usageRows(usage);
  if (options.format === undefined) {
    await output.out(printUsage(rows));
    return 0;
  }
  if (options.format === 'json') {
    await output.out(`${JSON.stringify(rows, null, 4)}\n`);
    return 0;
  }
  const { formatRows } = await import('../template/format.ts');
  await output.out(formatRows(options.format, rows, { name: 'system df' }));
  return 0;
};
