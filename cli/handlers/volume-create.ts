import { createVolume } from '../../engine/volumes/create.ts';
import type { command } from '../commands/volume-create.ts';
import { splitLabel } from '../create-options/labels.ts';
import type { Handler } from '../parse/command.ts';
import { optionError } from '../parse/option-error.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  if (options.opt.length > 0)
    throw optionError('--opt', 'a volume is a plain directory', 'mount the share on the host, then -v PATH:DEST');
  const labels = Object.fromEntries(options.label.map((text) => splitLabel(text, '--label')));
  const request = { labels, ...(args[0] === undefined ? {} : { name: args[0] }) };
  await output.out(`${await createVolume(worldOf(invocation), request, { ignore: options.ignore })}\n`);
  return 0;
};
