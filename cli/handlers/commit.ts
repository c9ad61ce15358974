import { commitContainer } from '../../engine/images/commit.ts';
import type { command } from '../commands/commit.ts';
import { optionError } from '../parse/option-error.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  if (options['include-volumes']) throw optionError('--include-volumes', 'volumes stay outside of images');
  const [container = '', name] = args;
  const { author, message, change, format, pause, squash, iidfile } = options;
  const id = await commitContainer(worldOf(invocation), container, {
    ...(name === undefined ? {} : { name }),
    ...(author === undefined ? {} : { author }),
    ...(message === undefined ? {} : { message }),
    ...(iidfile === undefined ? {} : { iidFile: iidfile }),
    changes: change,
    format,
    pause,
    squash,
  });
  await output.out(`${id.slice(id.indexOf(':') + 1)}\n`);
  return 0;
};
