import type { command } from '../commands/completion.ts';
import { loadCommands } from '../commands/index.ts';
import { describeCompletion } from '../help/completion.ts';
import type { Handler } from '../parse/command.ts';

export const handle: Handler<typeof command.options> = async ({ args, output }) => {
  await output.out(describeCompletion(args[0]!, await loadCommands()));
  return 0;
};
