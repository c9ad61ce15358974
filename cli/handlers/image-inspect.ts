import { inspectImage } from '../../engine/images/inspect.ts';
import type { command } from '../commands/image-inspect.ts';
import type { Handler } from '../parse/command.ts';
import { printDocuments } from '../print/documents.ts';
import { eachReference } from '../each-reference.ts';
import { worldOf } from '../world.ts';

/** Fields of the document whose keys are the image's: in a template a missing one is no error. */
const MAPS = new Set(['Labels', 'Annotations', 'ExposedPorts', 'Volumes', 'Data', 'Healthcheck']);

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const documents: object[] = [];
  const exitCode = await eachReference(args, output, { print: false }, (image) =>
    documents.push(inspectImage(world, image)),
  );
  await printDocuments(documents, output, { format: options.format, maps: MAPS, name: 'inspect' });
  return exitCode;
};
