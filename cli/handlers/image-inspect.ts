import { EXIT_ENGINE_FAILED, LimpidError } from '../../base/error.ts';
import { inspectImage } from '../../engine/images/inspect.ts';
import type { command } from '../commands/image-inspect.ts';
import type { Handler } from '../parse/command.ts';
import { withMaps } from '../template/value.ts';
import { worldOf } from '../world.ts';

/** Fields of the document whose keys are the image's: in a template a missing one is no error. */
const MAPS = new Set(['Labels', 'Annotations', 'ExposedPorts', 'Volumes', 'Data', 'Healthcheck']);

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const documents: object[] = [];
  let exitCode = 0;
  for (const image of args) {
    try {
      documents.push(inspectImage(world, image));
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
  for (const document of documents) await output.out(formatValue(options.format, withMaps(document, MAPS), 'inspect'));
  return exitCode;
};
