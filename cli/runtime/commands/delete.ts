import { deleteContainer } from '../../../runtime/delete.ts';
import { chosenIds } from '../chosen-ids.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Remove a container that has stopped',
  usage: '[options] ID',
  options: {
    force: { type: 'bool', short: 'f', help: 'End it first; one that does not exist is fine' },
    regex: { type: 'bool', short: 'r', help: 'ID is a regular expression' },
  },
  args: { min: 1, max: 1 },
  run: async ({ world, options, args: [id = ''] }) => {
    for (const chosen of chosenIds(world, id, options.regex))
      await deleteContainer(world, chosen, { force: options.force });
    return 0;
  },
});
