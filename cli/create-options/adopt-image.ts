import type { ContainerConfig } from '../../engine/config.ts';
import { adoptImage } from '../../engine/images/adopt-image.ts';
import type { World } from '../../engine/world.ts';
import type { Invocation } from '../parse/command.ts';
import { pullProgress } from '../print/pull-progress.ts';
import { platformOption, registryOptions } from '../registry-options.ts';
import type { CreateOptions } from './options.ts';

/** Podman's words for the volumes that an image declares: `bind` is its older one for `anonymous`. */
const IMAGE_VOLUMES = { anonymous: 'volume', bind: 'volume', tmpfs: 'tmpfs', ignore: 'ignore' } as const;

/** The config with what its image says, which is pulled where `--pull` wants it; how that goes is shown on stderr. */
export async function adoptForCommand(
  world: World,
  config: ContainerConfig,
  { options, typed, output }: Pick<Invocation<CreateOptions>, 'options' | 'typed' | 'output'>,
): Promise<ContainerConfig> {
  const platform = platformOption(options);
  const progress = pullProgress(output, { quiet: options.quiet });
  try {
    return await adoptImage(world, config, {
      policy: options.pull,
      ownStopSignal: Object.hasOwn(typed, 'stop-signal'),
      volumes: IMAGE_VOLUMES[options['image-volume']],
      registry: { ...(await registryOptions(options, typed)), notice: progress.notice },
      ...(platform === undefined ? {} : { platform }),
      trying: progress.trying,
      progress,
    });
  } finally {
    progress.end();
  }
}
