import { listProcesses } from '../../engine/containers/top.ts';
import { containerUserNames, hostUserNames } from '../../engine/containers/user-names.ts';
import { TICKS_PER_SECOND, uptimeS } from '../../engine/kernel-words.ts';
import type { command } from '../commands/top.ts';
import { latestName } from '../latest.ts';
import type { Handler } from '../parse/command.ts';
import { parseTopColumns, printTop } from '../print/top.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const [reference = '', ...words] = options.latest ? [latestName(world), ...args] : args;
  const columns = parseTopColumns(words);
  const processes = listProcesses(world, reference);
  const context = {
    uptimeS: uptimeS(),
    ticksPerSecond: TICKS_PER_SECOND,
    inside: await containerUserNames(world, reference),
    onHost: hostUserNames(),
  };
  await output.out(printTop(columns, processes, context));
  return 0;
};
