import { outputIsTerminal } from '../../engine/output.ts';
import { saveImages } from '../../engine/images/save.ts';
import type { command } from '../commands/save.ts';
import type { Handler } from '../parse/command.ts';
import { optionError } from '../parse/option-error.ts';
import { copyProgress } from '../print/copy-progress.ts';
import { worldOf } from '../world.ts';

const STDOUT = 1;

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, typed, args, output } = invocation;
  const { compress } = options;
  // Not typed, the output may say it.
  const format = Object.hasOwn(typed, 'format') ? options.format : undefined;
  if (compress && format !== 'docker-dir') throw optionError('--compress', 'it is for --format docker-dir only');
  if (options.output === undefined && outputIsTerminal())
    throw optionError('--output', 'an archive is nothing for a terminal', 'name a file with -o, or redirect');
  const progress = copyProgress(output, { quiet: options.quiet });
  await saveImages(worldOf(invocation), args, {
    ...(format === undefined ? {} : { format }),
    output: options.output ?? STDOUT,
    several: options['multi-image-archive'],
    compress,
    ...(progress === undefined ? {} : { progress }),
  });
  return 0;
};
