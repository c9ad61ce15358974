import { pushManifestList } from '../../engine/images/push.ts';
import type { command } from '../commands/manifest-push.ts';
import type { Handler } from '../parse/command.ts';
import { optionError } from '../parse/option-error.ts';
import { copyProgress } from '../print/copy-progress.ts';
import { registryOptions } from '../registry-options.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, typed, args, output } = invocation;
  if (options['sign-by'] !== undefined) throw optionError('--sign-by', 'limpid signs nothing', 'sign with skopeo');
  const [list = '', destination] = args;
  const { all, format, digestfile, quiet, rm } = options;
  const progress = copyProgress(output, { quiet });
  await pushManifestList(worldOf(invocation), list, {
    registry: { ...(await registryOptions(options, typed)), ...(progress === undefined ? {} : { notice: progress }) },
    indexOnly: !all,
    removeAfterwards: rm,
    ...(destination === undefined ? {} : { destination }),
    ...(format === undefined ? {} : { format }),
    ...(digestfile === undefined ? {} : { digestFile: digestfile }),
    ...(progress === undefined ? {} : { progress }),
  });
  return 0;
};
