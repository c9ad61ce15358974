import { listContainers } from '../../../runtime/list.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';
import { table } from '../table.ts';

export const command = defineRuntimeCommand({
  synopsis: 'List the containers',
  usage: '[options]',
  options: {
    format: { type: 'string', short: 'f', choices: ['table', 'json'], default: 'table', help: 'Form of the list' },
    quiet: { type: 'bool', short: 'q', help: 'Only the ids' },
  },
  args: { min: 0, max: 0 },
  run: async ({ world, options, output }) => {
    const all = listContainers(world);
    if (options.quiet) await output.out(all.map(({ id }) => `${id}\n`).join(''));
    else if (options.format === 'json') await output.out(`${JSON.stringify(all)}\n`);
    else {
      const rows = all.map(({ id, pid, status, bundle, created, owner }) => [
        id,
        String(pid),
        status,
        bundle,
        created,
        owner,
      ]);
      await output.out(table([['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'], ...rows]));
    }
    return 0;
  },
});
