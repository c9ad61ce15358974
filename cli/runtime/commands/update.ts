import { readChanges, updateContainer } from '../../../runtime/update.ts';
import { absolutePath } from '../bundle-options.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';
import { limitsOf, schemataOf, UPDATE_OPTIONS } from '../update-options.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Change the limits of a container',
  usage: '[options] ID',
  options: {
    resources: {
      type: 'string',
      short: 'r',
      value: 'FILE',
      help: 'The changes as JSON, as in linux.resources; - for standard input',
    },
    ...UPDATE_OPTIONS,
  },
  args: { min: 1, max: 1 },
  run: async ({ world, options: { resources: file, ...flags }, args: [id = ''] }) => {
    const limits = file === undefined ? limitsOf(flags) : readChanges(file === '-' ? file : absolutePath(file));
    await updateContainer(world, id, limits, schemataOf(flags));
    return 0;
  },
});
