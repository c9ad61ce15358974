import { defineCommand } from '../parse/command.ts';
import { CIDFILE, containers, FILTER, LATEST } from './shared-options.ts';

/** `limpid unpause`. */
export const command = defineCommand({
  name: 'unpause',
  group: 'Change them',
  synopsis: 'Let paused containers go on',
  usage: '[options] CONTAINER [CONTAINER...]',
  arity: containers('all', 'latest', 'cidfile', 'filter'),
  completion: 'container',
  options: {
    all: { type: 'bool', short: 'a', help: 'All that are paused' },
    ...CIDFILE,
    ...FILTER,
    ...LATEST,
  },
  examples: [{ line: 'limpid unpause lab', says: 'It goes on where it was' }],
});
