import { createContainer } from '../../../runtime/create.ts';
import { deleteContainer } from '../../../runtime/delete.ts';
import { wantsTerminal } from '../../../runtime/bundle.ts';
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
    const request = createOptionsOf(options);
    if (options.detach) {
      await createAndStart(world, id, request);
      return 0;
    }
    const start = (consoleFd: number | undefined) =>
      createAndStart(world, id, consoleFd === undefined ? request : { ...request, consoleFd });
    const terminal = request.consoleSocket === undefined && wantsTerminal(request.bundle, request.config);
    return waitInForeground(world, start, {
      terminal,
      afterwards: options.keep ? [] : [...self, 'delete', '--force', id],
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
