import { engineInfo } from '../../engine/info.ts';
import type { command } from '../commands/info.ts';
import type { Handler } from '../parse/command.ts';
import { infoFields, printInfo } from '../print/info.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  const info = engineInfo(worldOf(invocation));
  if (options.format === undefined) {
    await output.out(printInfo(info));
    return 0;
  }
  const { formatValue } = await import('../template/format.ts');
  await output.out(formatValue(options.format, options.format === 'json' ? info : infoFields(info), 'info'));
  return 0;
};
