import { LimpidError } from '../../base/error.ts';
import { inspectContainer } from '../../engine/containers/inspect.ts';
import { measureContainer } from '../../engine/containers/size.ts';
import { findRecord } from '../../engine/records/read.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/inspect.ts';
import type { Handler } from '../parse/command.ts';
import { printDocuments } from '../print/documents.ts';
import { eachReference } from '../each-reference.ts';
import { selectContainers } from '../select-containers.ts';
import { worldOf } from '../world.ts';

/** Fields of the document whose keys are the user's: in a template a missing one is no error. */
const MAPS = new Set(['Labels', 'Annotations', 'Data', 'Networks', 'Ports', 'Sysctls']);

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const documents: object[] = [];
  const exitCode = await eachReference(
    selectContainers(world, { args, options }),
    output,
    { print: false },
    async (reference) => {
      if (options.type === 'image') return void documents.push(await inspectNamedImage(world, reference));
      const document = await inspectContainer(world, reference).catch((error: unknown) =>
        options.type === 'all' ? imageInstead(world, reference, error) : Promise.reject(error),
      );
      if (!('State' in document)) return void documents.push(document);
      if (!options.size) return void documents.push(document);
      const { upperBytes, totalBytes } = await measureContainer(world, findRecord(world, reference));
      documents.push({ ...document, SizeRw: upperBytes, SizeRootFs: totalBytes });
    },
  );
  await printDocuments(documents, output, { format: options.format, maps: MAPS, name: 'inspect' });
  return exitCode;
};

async function inspectNamedImage(world: World, reference: string): Promise<object> {
  const { inspectImage } = await import('../../engine/images/inspect.ts');
  return inspectImage(world, reference);
}

/** Where there is no such container, but an image. */
async function imageInstead(world: World, reference: string, error: unknown): Promise<object> {
  if (!(error instanceof LimpidError) || error.code !== 'ENOCONTAINER') throw error;
  const { lookUpImage } = await import('../../engine/images/find.ts');
  if (lookUpImage(world, reference) === undefined) throw error;
  return inspectNamedImage(world, reference);
}
