import { waitContainer } from '../../engine/containers/wait.ts';
import type { command } from '../commands/wait.ts';
import type { Handler } from '../parse/command.ts';
import { eachContainer, selectContainers } from '../select-containers.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const references = selectContainers(world, { args, options });
  // All are watched from the start: one that ends while another is waited for is not missed.
  const waiting = new Map(references.map((reference) => [reference, waitContainer(world, reference)]));
  for (const one of waiting.values()) one.catch(() => {});
  return eachContainer(references, output, { print: false, ignore: options.ignore }, async (reference) => {
    const { code } = await waiting.get(reference)!;
    await output.out(`${code}\n`);
  });
};
