import { createContainer } from '../../../runtime/create.ts';
import { BUNDLE_OPTIONS, createOptionsOf } from '../bundle-options.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Make a container, up to its start',
  usage: '[options] ID',
  options: BUNDLE_OPTIONS,
  args: { min: 1, max: 1 },
  run: async ({ world, options, args: [id = ''] }) => {
    await createContainer(world, id, { ...createOptionsOf(options), forOthers: true });
    return 0;
  },
});
