import { oomKills, statsEvent } from '../../../runtime/stats.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Print what a container uses, as JSON lines',
  usage: '[options] ID',
  options: {
    stats: { type: 'bool', help: 'Once, and no more' },
    interval: { type: 'duration', default: 5000, value: 'DURATION', help: 'Time from one line to the next' },
  },
  args: { min: 1, max: 1 },
  run: async ({ world, options, args: [id = ''], output }) => {
    const print = (event: unknown) => output.out(`${JSON.stringify(event)}\n`);
    await print(statsEvent(world, id));
    if (options.stats) return 0;
    for (let before = oomKills(world, id); before !== undefined;) {
      await Bun.sleep(options.interval);
      const now = oomKills(world, id);
      if (now === undefined) return 0;
      if (now > before) await print({ type: 'oom', id });
      await print(statsEvent(world, id));
      before = now;
    }
    return 0;
  },
});
