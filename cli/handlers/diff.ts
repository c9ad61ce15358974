import { printable } from '../../base/printable.ts';
import { LimpidError } from '../../base/error.ts';
import type { Change } from '../../engine/images/changes-between.ts';
import { diffBetween, diffContainer, diffImage } from '../../engine/images/diff.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/diff.ts';
import { latestName } from '../latest.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

const LETTERS = { added: 'A', changed: 'C', deleted: 'D' } as const;

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const [name, other] = options.latest ? [latestName(world), ...args] : args;
  const changes = other === undefined ? await changesOf(world, name!) : await diffBetween(world, name!, other);
  if (options.format === 'json') {
    const paths = (kind: Change['kind']) => changes.filter((one) => one.kind === kind).map(({ path }) => path);
    const lists = Object.entries({ changed: paths('changed'), added: paths('added'), deleted: paths('deleted') });
    await output.out(`${JSON.stringify(Object.fromEntries(lists.filter(([, list]) => list.length > 0)))}\n`);
    return 0;
  }
  await output.out(changes.map(({ kind, path }) => `${LETTERS[kind]} ${printable(path)}\n`).join(''));
  return 0;
};

/** A container's, else an image's. */
async function changesOf(world: World, name: string): Promise<Change[]> {
  try {
    return await diffContainer(world, name);
  } catch (error) {
    if (!(error instanceof LimpidError) || error.code !== 'ENOCONTAINER') throw error;
    const { lookUpImage } = await import('../../engine/images/find.ts');
    if (lookUpImage(world, name) === undefined) throw error;
    return diffImage(world, name);
  }
}
