import { EXIT_ENGINE_FAILED, LimpidError } from '../../base/error.ts';
import { obtainImage } from '../../engine/images/obtain.ts';
import { pullImage, type PulledImage, type PullOptions } from '../../engine/images/pull.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/pull.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { pullProgress } from '../print/pull-progress.ts';
import { platformOption, registryOptions } from '../registry-options.ts';
import { worldOf } from '../world.ts';

type Options = typeof command.options;

export const handle: Handler<Options> = async (invocation) => {
  const { args, output } = invocation;
  const world = worldOf(invocation);
  let exitCode = 0;
  for (const image of args) {
    try {
      for (const { id } of await pull(world, image, invocation)) {
        await output.out(`${id.slice(id.indexOf(':') + 1)}\n`);
      }
    } catch (error) {
      if (!(error instanceof LimpidError)) throw error;
      await output.err(`Error: ${error.message}\n`);
      exitCode = EXIT_ENGINE_FAILED;
    }
  }
  return exitCode;
};

async function pull(
  world: World,
  image: string,
  { options, typed, output }: Invocation<Options>,
): Promise<Pick<PulledImage, 'id'>[]> {
  const platform = platformOption(options);
  const progress = pullProgress(output, { quiet: options.quiet });
  const wanted: PullOptions = {
    registry: { ...(await registryOptions(options, typed)), notice: progress.notice },
    ...(platform === undefined ? {} : { platform }),
    trying: progress.trying,
    progress,
  };
  try {
    if (options['all-tags']) return await pullImage(world, image, { ...wanted, allTags: true });
    return [await obtainImage(world, image, { ...wanted, policy: options.policy })];
  } finally {
    progress.end();
  }
}
