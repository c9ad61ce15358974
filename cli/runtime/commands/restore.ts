import { refuseCheckpoint } from '../../../runtime/checkpoint.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Bring a container back from disk, with CRIU (not in this version)',
  usage: 'ID',
  options: {},
  args: { min: 0, max: 1 },
  run: () => refuseCheckpoint('restore'),
});
