import { pauseContainer } from '../../../runtime/pause.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Stop all processes of a container where they are',
  usage: 'ID',
  options: {},
  args: { min: 1, max: 1 },
  run: ({ world, args: [id = ''] }) => {
    pauseContainer(world, id);
    return 0;
  },
});
