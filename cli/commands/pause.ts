import { defineCommand } from '../parse/command.ts';
import { CIDFILE, containers, FILTER, LATEST } from './shared-options.ts';

/** `limpid pause`. */
export const command = defineCommand({
  name: 'pause',
  group: 'Change them',
  synopsis: 'Freeze all processes of containers',
  usage: '[options] CONTAINER [CONTAINER...]',
  arity: containers('all', 'latest', 'cidfile', 'filter'),
  completion: 'container',
  options: {
    all: { type: 'bool', short: 'a', help: 'All that are running' },
    ...CIDFILE,
    ...FILTER,
    ...LATEST,
  },
  examples: [{ line: 'limpid pause lab', says: 'Nothing in it runs until it is unpaused' }],
});
