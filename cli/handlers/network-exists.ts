import { LimpidError } from '../../base/error.ts';
import { requireNetwork } from '../../engine/networks/list.ts';
import type { command } from '../commands/network-exists.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  try {
    await requireNetwork(worldOf(invocation), invocation.args[0]!);
    return 0;
  } catch (error) {
    if (error instanceof LimpidError && error.code === 'ENONETWORK') return 1;
    throw error;
  }
};
