import { exportContainer } from '../../engine/containers/export.ts';
import { outputIsTerminal } from '../../engine/output.ts';
import type { command } from '../commands/export.ts';
import type { Handler } from '../parse/command.ts';
import { optionError } from '../parse/option-error.ts';
import { worldOf } from '../world.ts';

const STDOUT = 1;

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args } = invocation;
  if (options.output === undefined && outputIsTerminal())
    throw optionError('--output', 'an archive is nothing for a terminal', 'name a file with -o, or redirect');
  await exportContainer(worldOf(invocation), args[0]!, options.output ?? STDOUT);
  return 0;
};
