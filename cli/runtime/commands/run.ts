import { readBundle } from '../../../runtime/bundle.ts';
import { checkId, ContainerFiles } from '../../../runtime/container-files.ts';
import { createFromBundle, type CreateOptions } from '../../../runtime/create.ts';
import { planForgettingOwn } from '../../../runtime/forget.ts';
import { type CleanUp, waitInForeground } from '../../../runtime/foreground.ts';
import { removePidFile } from '../../../runtime/pid-file.ts';
import { startCreated } from '../../../runtime/start.ts';
import type { RuntimeWorld } from '../../../runtime/runtime-world.ts';
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
    const run = await prepareRun(world, id, request);
    if (options.detach) {
      await run.start();
      return 0;
    }
    return waitInForeground(
      world,
      (cleanUp, consoleFd) =>
        run.start({
          ...(consoleFd === undefined ? {} : { consoleFd }),
          ...(options.keep || run.needsDelete ? {} : { meanwhile: run.cleanUpBy(cleanUp) }),
        }),
      {
        terminal: request.consoleSocket === undefined && run.hasTerminal,
        // Hooks and systemd's units are a matter for `delete`; without them nothing is left to decide.
        afterwards: options.keep || !run.needsDelete ? [] : [...self, 'delete', '--force', id],
      },
    );
  },
});

/** Reads the bundle, once for both halves of a run. */
async function prepareRun(world: RuntimeWorld, id: string, request: CreateOptions) {
  const files = new ContainerFiles(world.root, checkId(id));
  const bundle = readBundle(request.bundle, request.config);
  const { process, hooks = {} } = bundle.spec;
  const startsAtOnce = Object.keys(hooks).length === 0;
  return {
    hasTerminal: process?.terminal ?? false,
    needsDelete: (hooks.poststop ?? []).length > 0 || world.cgroups === 'systemd',
    cleanUpBy:
      (cleanUp: CleanUp): NonNullable<CreateOptions['meanwhile']> =>
      (record) =>
        cleanUp(planForgettingOwn(world, files, record)),
    start: async (more: Partial<CreateOptions> = {}): Promise<number> => {
      const { pid, container } = await createFromBundle(world, files, bundle, { ...request, ...more, startsAtOnce });
      if (startsAtOnce) return pid;
      try {
        await startCreated(world, container, bundle.spec);
        return pid;
      } catch (error) {
        const { deleteContainer } = await import('../../../runtime/delete.ts');
        await deleteContainer(world, id, { force: true });
        if (request.pidFile !== undefined) removePidFile(request.pidFile);
        throw error;
      }
    },
  };
}
