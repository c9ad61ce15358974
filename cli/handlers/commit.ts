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
    signal: interruption(),
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

/** Who presses Ctrl-C does not want the container to stand still for ever. */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.once(signal, () => {
      interrupt.abort();
      process.exit(exitCode);
    });
  return interrupt.signal;
}
