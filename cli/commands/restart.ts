import { defineCommand } from '../parse/command.ts';
import { CIDFILE, containers, FILTER, LATEST, STOP_SIGNAL } from './shared-options.ts';

/** `limpid restart`. */
export const command = defineCommand({
  name: 'restart',
  group: 'Change them',
  synopsis: 'Stop containers and start them again',
  usage: '[options] CONTAINER [CONTAINER...]',
  arity: {
    ...containers('all', 'latest', 'cidfile', 'filter'),
    instead: { ...containers('all', 'latest', 'cidfile', 'filter').instead, running: { min: 0, max: 0 } },
  },
  completion: 'container',
  options: {
    all: { type: 'bool', short: 'a', help: 'All containers' },
    running: { type: 'bool', help: 'All that are running' },
    ...STOP_SIGNAL,
    time: {
      type: 'uint',
      short: 't',
      aliases: ['timeout'],
      value: 'SECONDS',
      help: 'How long to wait before killing it',
    },
    ...CIDFILE,
    ...FILTER,
    ...LATEST,
  },
  examples: [{ line: 'limpid restart -t 2 lab', says: 'Give it two seconds to end' }],
});
