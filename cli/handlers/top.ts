import { execInContainer } from '../../engine/containers/exec.ts';
import { requireRunning } from '../../engine/containers/kill.ts';
import { listProcesses } from '../../engine/containers/top.ts';
import { containerUserNames, hostUserNames } from '../../engine/containers/user-names.ts';
import { becomeForeground } from '../../engine/foreground.ts';
import { TICKS_PER_SECOND, uptimeS } from '../../engine/kernel-words.ts';
import { findRecord } from '../../engine/records/read.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/top.ts';
import { latestName } from '../latest.ts';
import type { Handler } from '../parse/command.ts';
import { parseTopColumns, printTop, TOP_COLUMNS } from '../print/top.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const [reference = '', ...words] = options.latest ? [latestName(world), ...args] : args;
  if (isForPs(words)) return printPs(world, reference, words);
  const columns = parseTopColumns(words);
  const processes = listProcesses(world, reference);
  const context = {
    uptimeS: uptimeS(),
    nowMs: Date.now(),
    ticksPerSecond: TICKS_PER_SECOND,
    inside: await containerUserNames(world, reference),
    onHost: hostUserNames(),
  };
  await output.out(printTop(columns, processes, context));
  return 0;
};

/** What is no column but looks like options of ps(1): `-ef`, `aux`. */
function isForPs([first = '']: readonly string[]): boolean {
  return first.startsWith('-') || (!TOP_COLUMNS.includes(first) && /^[aefjluvwxAT]+$/.test(first));
}

/** By the ps of the container itself, as podman does it: the numbers are those that it sees. */
async function printPs(world: World, reference: string, words: readonly string[]): Promise<number> {
  requireRunning(world, findRecord(world, reference), 'list the processes of');
  const { controlFd } = await execInContainer(world, reference, { command: ['ps', ...words] });
  const streams = { stdin: false, stdout: true, stderr: true, signals: false, detachKeys: [] };
  return becomeForeground(world, { fd: controlFd, subscribe: false, terminal: false, ...streams });
}
