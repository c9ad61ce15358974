import { readState } from '../../../runtime/state.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Print the state of a container as JSON',
  usage: 'ID',
  options: {},
  args: { min: 1, max: 1 },
  run: async ({ world, args: [id = ''], output }) => {
    await output.out(`${JSON.stringify(readState(world, id), null, 2)}\n`);
    return 0;
  },
});
