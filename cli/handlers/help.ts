import type { command } from '../commands/help.ts';
import { describeHelp } from '../help/help.ts';
import { describeManPage } from '../help/man-page.ts';
import type { Handler } from '../parse/command.ts';

export const handle: Handler<typeof command.options> = async ({ options, args, output }) => {
  await output.out(options.man ? await describeManPage(args) : await describeHelp(args));
  return 0;
};
