import { resumeContainer } from '../../../runtime/pause.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Let a paused container go on',
  usage: 'ID',
  options: {},
  args: { min: 1, max: 1 },
  run: ({ world, args: [id = ''] }) => {
    resumeContainer(world, id);
    return 0;
  },
});
