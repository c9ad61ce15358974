import { killContainer } from '../../../runtime/kill.ts';
import { optionError } from '../../parse/option-error.ts';
import { parseRuntimeSignal } from '../../../runtime/signal.ts';
import { chosenIds } from '../chosen-ids.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Send a signal to a container, SIGTERM unless said',
  usage: '[options] ID [SIGNAL]',
  options: {
    all: { type: 'bool', short: 'a', help: 'To every process in it' },
    regex: { type: 'bool', short: 'r', help: 'ID is a regular expression' },
  },
  args: { min: 1, max: 2 },
  run: ({ world, options, args: [id = '', word = 'SIGTERM'] }) => {
    const signal = parseRuntimeSignal(word);
    if (signal === undefined) throw optionError(JSON.stringify(word), 'unknown signal');
    for (const chosen of chosenIds(world, id, options.regex))
      killContainer(world, chosen, signal, { all: options.all });
    return 0;
  },
});
