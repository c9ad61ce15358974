import { refuseCheckpoint } from '../../../runtime/checkpoint.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Freeze a container to disk, with CRIU (not in this version)',
  usage: 'ID',
  options: {},
  args: { min: 0, max: 1 },
  run: () => refuseCheckpoint('checkpoint'),
});
