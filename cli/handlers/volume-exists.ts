import { LimpidError } from '../../base/error.ts';
import { findVolume } from '../../engine/volumes/list.ts';
import type { command } from '../commands/volume-exists.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = (invocation) => {
  try {
    findVolume(worldOf(invocation), invocation.args[0]!);
    return 0;
  } catch (error) {
    if (error instanceof LimpidError && error.code === 'ENOVOLUME') return 1;
    throw error;
  }
};
