import { defineCommand } from '../parse/command.ts';
import { containers, DETACH_KEYS, FILTER, LATEST } from './shared-options.ts';

/** `limpid start`. */
export const command = defineCommand({
  name: 'start',
  group: 'Run containers',
  synopsis: 'Start containers that were created or have stopped',
  usage: '[options] CONTAINER [CONTAINER...]',
  arity: containers('all', 'latest', 'filter'),
  completion: 'container',
  options: {
    all: { type: 'bool', help: 'All containers' },
    attach: { type: 'bool', short: 'a', help: 'Show its output and take its exit code' },
    interactive: { type: 'bool', short: 'i', help: 'Send it what is typed' },
    'sig-proxy': { type: 'bool', default: true, help: 'Pass signals on to the process, when attached' },
    ...DETACH_KEYS,
    ...FILTER,
    ...LATEST,
  },
  examples: [{ line: 'limpid start -ai lab', says: 'Start it and stay with it' }],
});
