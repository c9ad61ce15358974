import { volumeDocument } from '../../engine/volumes/inspect.ts';
import { listVolumes, lookUpVolume } from '../../engine/volumes/list.ts';
import type { command } from '../commands/volume-inspect.ts';
import { eachReference } from '../each-reference.ts';
import type { Handler } from '../parse/command.ts';
import { printDocuments } from '../print/documents.ts';
import { worldOf } from '../world.ts';

const MAPS = new Set(['Labels', 'Options']);

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const documents: object[] = options.all ? listVolumes(world).map(volumeDocument) : [];
  const exitCode = await eachReference(args, output, { print: false }, (name) =>
    documents.push(volumeDocument(lookUpVolume(world, name))),
  );
  await printDocuments(documents, output, { format: options.format, maps: MAPS, name: 'volume inspect' });
  return exitCode;
};
