import { pushManifestList } from '../../engine/images/push.ts';
import type { command } from '../commands/manifest-push.ts';
import type { Handler } from '../parse/command.ts';
import { copyProgress } from '../print/copy-progress.ts';
import { refuseSigning } from '../refuse-signing.ts';
import { registryOptions } from '../registry-options.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, typed, args, output } = invocation;
  refuseSigning(options);
  const [list = '', destination] = args;
  const { all, 'compression-format': compression, format, digestfile, quiet, rm } = options;
  const progress = copyProgress(output, { quiet });
  await pushManifestList(worldOf(invocation), list, {
    registry: { ...(await registryOptions(options, typed)), ...(progress === undefined ? {} : { notice: progress }) },
    indexOnly: !all,
    removeAfterwards: rm,
    ...(destination === undefined ? {} : { destination }),
    ...(compression === undefined ? {} : { compression }),
    ...(format === undefined ? {} : { format }),
    ...(digestfile === undefined ? {} : { digestFile: digestfile }),
    ...(progress === undefined ? {} : { progress }),
  });
  return 0;
};
