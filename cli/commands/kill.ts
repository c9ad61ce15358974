import { defineCommand } from '../parse/command.ts';
import { CIDFILE, containers, LATEST } from './shared-options.ts';

/** `limpid kill`. */
export const command = defineCommand({
  name: 'kill',
  group: 'Change them',
  synopsis: 'Send containers a signal',
  usage: '[options] CONTAINER [CONTAINER...]',
  arity: containers('all', 'latest', 'cidfile'),
  completion: 'container',
  options: {
    all: { type: 'bool', short: 'a', help: 'All that are running' },
    ...CIDFILE,
    ...LATEST,
    signal: {
      type: 'string',
      short: 's',
      default: 'KILL',
      value: 'SIGNAL',
      completion: 'signal',
      help: 'Which signal, by name or number',
    },
  },
  examples: [{ line: 'limpid kill -s HUP lab', says: 'Have it read its configuration again' }],
});
