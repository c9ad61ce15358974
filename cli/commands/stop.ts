import { defineCommand } from '../parse/command.ts';
import { CIDFILE, containers, FILTER, LATEST, STOP_SIGNAL } from './shared-options.ts';

/** `limpid stop`. */
export const command = defineCommand({
  name: 'stop',
  group: 'Change them',
  synopsis: 'Stop containers: ask, wait, then kill',
  usage: '[options] CONTAINER [CONTAINER...]',
  arity: containers('all', 'latest', 'cidfile', 'filter'),
  completion: 'container',
  options: {
    all: { type: 'bool', short: 'a', help: 'All that are running' },
    ...CIDFILE,
    ...FILTER,
    ignore: { type: 'bool', short: 'i', help: 'Do not mind containers that are not there' },
    ...LATEST,
    ...STOP_SIGNAL,
    time: {
      type: 'uint',
      short: 't',
      aliases: ['timeout'],
      value: 'SECONDS',
      help: 'How long to wait before killing it',
    },
  },
  examples: [{ line: 'limpid stop -t 2 lab', says: 'Give it two seconds to end' }],
});
