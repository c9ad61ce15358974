import { EXIT_ENGINE_FAILED } from '../../base/error.ts';
import { printable } from '../../base/printable.ts';
import { checkStore, type Damage } from '../../engine/images/check.ts';
import { pruneLeavings } from '../../engine/images/prune.ts';
import type { command } from '../commands/system-check.ts';
import type { Handler } from '../parse/command.ts';
import { registryOptions } from '../registry-options.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, typed, output } = invocation;
  const world = worldOf(invocation);
  const { quick, repair } = options;
  const { images, layers, damages } = await checkStore(
    world,
    { quick, repair, registry: await registryOptions(options, typed) },
    (damage) => void output.out(describe(damage)),
  );
  if (repair) await pruneLeavings(world);
  const left = damages.filter(({ repaired }) => repaired !== true).length;
  const counts = `${count(images, 'image')}, ${count(layers, 'layer')}`;
  const verdict = left > 0 ? count(left, 'damage') : damages.length > 0 ? 'all is whole again' : 'no damage';
  await output.out(`${counts}: ${verdict}\n`);
  return left === 0 ? 0 : EXIT_ENGINE_FAILED;
};

function describe({ part, why, images, repaired, failure }: Damage): string {
  const end = repaired ? ' (repaired)' : failure === undefined ? '' : ` (not repaired: ${failure})`;
  const whose = images.length === 0 ? '' : ` of ${images.join(', ')}`;
  return `${printable(`${part}${whose}: ${why}${end}`)}\n`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
