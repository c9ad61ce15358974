import { createContainer } from '../../../runtime/create.ts';
import { deleteContainer } from '../../../runtime/delete.ts';
import { readBundle } from '../../../runtime/bundle.ts';
import { ContainerFiles } from '../../../runtime/container-files.ts';
import { planForgettingOwn } from '../../../runtime/forget.ts';
import { waitInForeground } from '../../../runtime/foreground.ts';
import { startContainer } from '../../../runtime/start.ts';
import type { RuntimeWorld } from '../../../runtime/runtime-world.ts';
import type { CreateOptions } from '../../../runtime/create.ts';
import { BUNDLE_OPTIONS, createOptionsOf } from '../bundle-options.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Make a container and start it',
  usage: '[options] ID',
  options: {
    ...BUNDLE_OPTIONS,
    detach: { type: 'bool', short: 'd', help: 'Do not wait for its end' },
    keep: { type: 'bool', help: 'Do not delete it when it has ended' },
  },
  args: { min: 1, max: 1 },
  run: async ({ world, options, args: [id = ''], self }) => {
    const request = { ...createOptionsOf(options), forOthers: options.detach || options.keep };
    if (options.detach) {
      await createAndStart(world, id, request);
      return 0;
    }
    const start = (consoleFd: number | undefined) =>
      createAndStart(world, id, consoleFd === undefined ? request : { ...request, consoleFd });
    const { process, hooks } = readBundle(request.bundle, request.config).spec;
    // Hooks are a matter for `delete`; without them nothing is left to decide.
    const hasHooks = (hooks?.poststop ?? []).length > 0;
    return waitInForeground(world, start, {
      terminal: request.consoleSocket === undefined && (process?.terminal ?? false),
      afterwards: options.keep || !hasHooks ? [] : [...self, 'delete', '--force', id],
      cleanup: () => (options.keep || hasHooks ? [] : planForgettingOwn(world, new ContainerFiles(world.root, id))),
    });
  },
});

async function createAndStart(world: RuntimeWorld, id: string, request: CreateOptions): Promise<number> {
  const pid = await createContainer(world, id, request);
  try {
    await startContainer(world, id);
    return pid;
  } catch (error) {
    await deleteContainer(world, id, { force: true });
    throw error;
  }
}
