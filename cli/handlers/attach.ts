import { attachContainer } from '../../engine/containers/attach.ts';
import { becomeForeground } from '../../engine/foreground.ts';
import type { command } from '../commands/attach.ts';
import { parseDetachKeys } from '../foreground/detach-keys.ts';
import { latestName } from '../latest.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args } = invocation;
  const world = worldOf(invocation);
  const detachKeys = parseDetachKeys(options['detach-keys']);
  const { config, fd } = attachContainer(world, options.latest ? latestName(world) : args[0]!);
  const streams = { stdin: config.interactive && !options['no-stdin'], stdout: true, stderr: true };
  return becomeForeground(world, {
    fd,
    subscribe: true,
    terminal: config.terminal,
    ...streams,
    signals: options['sig-proxy'],
    detachKeys,
  });
};
