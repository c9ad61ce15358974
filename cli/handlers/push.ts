import { pushImage } from '../../engine/images/push.ts';
import type { command } from '../commands/push.ts';
import { optionError } from '../parse/option-error.ts';
import type { Handler } from '../parse/command.ts';
import { copyProgress } from '../print/copy-progress.ts';
import { refuseSigning } from '../refuse-signing.ts';
import { registryOptions } from '../registry-options.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, typed, args, output } = invocation;
  refuseSigning(options);
  const [image = '', destination] = args;
  const { compress, format, digestfile, 'compression-format': compression = compress ? 'gzip' : undefined } = options;
  if (compress && destination?.startsWith('dir:') !== true)
    throw optionError('--compress', 'it is for dir: only', '--compression-format gzip is for all');
  const progress = copyProgress(output, { quiet: options.quiet });
  await pushImage(worldOf(invocation), image, {
    registry: { ...(await registryOptions(options, typed)), ...(progress === undefined ? {} : { notice: progress }) },
    ...(destination === undefined ? {} : { destination }),
    ...(format === undefined ? {} : { format }),
    ...(compression === undefined ? {} : { compression }),
    ...(digestfile === undefined ? {} : { digestFile: digestfile }),
    ...(progress === undefined ? {} : { progress }),
  });
  return 0;
};
