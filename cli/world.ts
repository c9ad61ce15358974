import { World } from '../engine/world.ts';
import type { Invocation } from './parse/command.ts';

/** The engine's state that `--root` and `--runroot` choose. */
export function worldOf({ globals }: Pick<Invocation, 'globals'>): World {
  const { root, runroot } = globals;
  return new World({ ...(root === undefined ? {} : { root }), ...(runroot === undefined ? {} : { runroot }) });
}
