import { startContainer } from '../../../runtime/start.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Start a created container',
  usage: 'ID',
  options: {},
  args: { min: 1, max: 1 },
  run: async ({ world, args: [id = ''] }) => {
    await startContainer(world, id);
    return 0;
  },
});
