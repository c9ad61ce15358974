import { EXIT_ENGINE_FAILED, LimpidError } from '../../base/error.ts';
import { inspectNetwork } from '../../engine/networks/inspect.ts';
import type { command } from '../commands/network-inspect.ts';
import type { Handler } from '../parse/command.ts';
import { withMaps } from '../template/value.ts';
import { worldOf } from '../world.ts';

const MAPS = new Set(['labels', 'options', 'containers', 'host_changes']);

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const documents: object[] = [];
  let exitCode = 0;
  for (const reference of args) {
    try {
      documents.push(await inspectNetwork(worldOf(invocation), reference));
    } catch (error) {
      if (!(error instanceof LimpidError)) throw error;
      await output.err(`Error: ${error.message}\n`);
      exitCode = EXIT_ENGINE_FAILED;
    }
  }
  if (options.format === 'json') {
    await output.out(`${JSON.stringify(documents, null, 5)}\n`);
    return exitCode;
  }
  const { formatValue } = await import('../template/format.ts');
  for (const document of documents)
    await output.out(formatValue(options.format, withMaps(document, MAPS), 'network inspect'));
  return exitCode;
};
