import { containerProcesses } from '../../../runtime/processes.ts';
import { processTable } from '../process-table.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'List the processes of a container',
  usage: '[options] ID [PS-OPTION...]',
  options: {
    format: { type: 'string', short: 'f', choices: ['table', 'json'], default: 'table', help: 'Form of the list' },
  },
  args: { min: 1, max: Number.POSITIVE_INFINITY },
  stopAtFirstArgument: true,
  run: async ({ world, options, args: [id = '', ...psWords], output }) => {
    const pids = containerProcesses(world, id);
    await output.out(options.format === 'json' ? `${JSON.stringify(pids)}\n` : processTable(pids, psWords));
    return 0;
  },
});
