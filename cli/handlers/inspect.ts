import { LimpidError } from '../../base/error.ts';
import { inspectContainer } from '../../engine/containers/inspect.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/inspect.ts';
import type { Output } from '../output.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { printDocuments } from '../print/documents.ts';
import { eachReference } from '../each-reference.ts';
import { worldOf } from '../world.ts';

type Inspect = Invocation<typeof command.options>;

/** Fields of the document whose keys are the user's: in a template a missing one is no error. */
const MAPS = new Set([
  'Labels',
  'Annotations',
  'Data',
  'Networks',
  'Ports',
  'Sysctls',
  'labels',
  'options',
  'ipam_options',
  'containers',
  'host_changes',
]);

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, words, output } = invocation;
  const world = worldOf(invocation);
  const askedMs = Date.now();
  const references = options.latest ? [...args, await latest(world)] : args;
  let told = '';
  const out = (text: string | Uint8Array) => {
    told += text as string;
    return output.out(text);
  };
  const exitCode = await tell(world, references, options, { ...output, out });
  if (exitCode === 0 && isRepeatable(invocation)) {
    const { keepInspect } = await import('../keep-inspect.ts');
    await keepInspect(world, { words, references, askedMs, told, tell: () => tellAgain(world, references, options) });
  }
  return exitCode;
};

/** What depends on those containers alone, once they were found to be some. */
function isRepeatable({ typed, options }: Inspect): boolean {
  return !options.latest && !options.size && (typed.type === undefined || options.type === 'container');
}

async function tellAgain(world: World, references: readonly string[], options: Inspect['options']): Promise<string> {
  const texts: string[] = [];
  const out = (text: string | Uint8Array) => void texts.push(text as string);
  await tell(world, references, options, { out, err: out });
  return texts.join('');
}

async function tell(
  world: World,
  references: readonly string[],
  options: Inspect['options'],
  output: Output,
): Promise<number> {
  const documents: object[] = [];
  const exitCode = await eachReference(references, output, { print: false }, async (reference) => {
    const { type } = options;
    if (type !== 'all' && type !== 'container') return void documents.push(await OTHERS[type](world, reference));
    const document = await inspectContainer(world, reference).catch((error: unknown) =>
      type === 'all' ? otherInstead(world, reference, error) : Promise.reject(error),
    );
    if (!('State' in document)) return void documents.push(document);
    if (!options.size) return void documents.push(document);
    documents.push({ ...document, ...(await sizesOf(world, reference)) });
  });
  await printDocuments(documents, output, { format: options.format, maps: MAPS, name: 'inspect' });
  return exitCode;
}

async function latest(world: World): Promise<string> {
  return (await import('../latest.ts')).latestName(world);
}

async function sizesOf(world: World, reference: string): Promise<object> {
  const { measureContainer } = await import('../../engine/containers/size.ts');
  const { findRecord } = await import('../../engine/records/read.ts');
  const { upperBytes, totalBytes } = await measureContainer(world, findRecord(world, reference));
  return { SizeRw: upperBytes, SizeRootFs: totalBytes };
}

type Other = 'image' | 'volume' | 'network';

const OTHERS: Readonly<Record<Other, (world: World, reference: string) => Promise<object>>> = {
  image: async (world, reference) => (await import('../../engine/images/inspect.ts')).inspectImage(world, reference),
  volume: async (world, reference) => (await import('../../engine/volumes/inspect.ts')).inspectVolume(world, reference),
  network: async (world, reference) =>
    (await import('../../engine/networks/inspect.ts')).inspectNetwork(world, reference),
};

/** Where there is no such container, but something else of that name. */
async function otherInstead(world: World, reference: string, error: unknown): Promise<object> {
  if (!(error instanceof LimpidError) || error.code !== 'ENOCONTAINER') throw error;
  const { lookUpImage } = await import('../../engine/images/find.ts');
  if (lookUpImage(world, reference) !== undefined) return OTHERS.image(world, reference);
  for (const other of ['volume', 'network'] as const) {
    try {
      return await OTHERS[other](world, reference);
    } catch (missing) {
      if (!(missing instanceof LimpidError) || !MISSING.has(missing.code)) throw missing;
    }
  }
  throw error;
}

const MISSING: ReadonlySet<string> = new Set(['ENOVOLUME', 'ENONETWORK']);
