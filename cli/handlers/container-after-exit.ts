import { restartByPolicy } from '../../engine/containers/restart-policy.ts';
import type { command } from '../commands/container-after-exit.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  await restartByPolicy(worldOf(invocation), invocation.args[0]!);
  return 0;
};
