import { defineCommand } from '../parse/command.ts';
import { CIDFILE, containers, LATEST } from './shared-options.ts';

/** `limpid rm`. */
export const command = defineCommand({
  name: 'rm',
  group: 'Change them',
  synopsis: 'Remove containers',
  usage: '[options] CONTAINER [CONTAINER...]',
  description:
    'Its exit code is 1 where there is no such container and nothing else fails, 2 where one is running or paused, and ' +
    '125 for any other failure.',
  arity: containers('all', 'latest', 'cidfile', 'filter'),
  completion: 'container',
  options: {
    all: { type: 'bool', short: 'a', help: 'All containers' },
    ...CIDFILE,
    filter: { type: 'slice', value: 'KEY=VALUE', help: 'Only containers with this property, such as status=exited' },
    force: { type: 'bool', short: 'f', help: 'Also those that are running' },
    ignore: { type: 'bool', short: 'i', help: 'Do not mind containers that are not there' },
    ...LATEST,
    time: {
      type: 'uint',
      short: 't',
      aliases: ['timeout'],
      value: 'SECONDS',
      help: 'With --force, how long to wait before killing it',
    },
    volumes: { type: 'bool', short: 'v', help: 'Remove its volumes without a name too' },
  },
  examples: [{ line: 'limpid rm -f lab', says: 'Whether it runs or not' }],
});
