import { engineVersion, versionFields } from '../../engine/version.ts';
import type { command } from '../commands/version.ts';
import type { Handler } from '../parse/command.ts';
import { printVersion } from '../print/version.ts';

export const handle: Handler<typeof command.options> = async ({ options, output }) => {
  const Client = versionFields(engineVersion());
  if (options.format === undefined) {
    await output.out(printVersion(Client));
    return 0;
  }
  const { formatValue } = await import('../template/format.ts');
  // Templates may ask for the server: who has none is its own.
  const fields = options.format === 'json' ? { Client } : { Client, Server: Client };
  await output.out(formatValue(options.format, fields, 'version'));
  return 0;
};
