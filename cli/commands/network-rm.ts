import { defineCommand } from '../parse/command.ts';

/** `limpid network rm`. */
export const command = defineCommand({
  name: 'network rm',
  group: 'Networks',
  synopsis: 'Remove networks',
  usage: '[options] NETWORK [NETWORK...]',
  description: 'Its exit code is 1 where there is no such network, and 2 where containers use it.',
  arity: { min: 1, what: 'a network' },
  options: {
    force: { type: 'bool', short: 'f', help: 'Remove the containers that use them first' },
    time: { type: 'uint', short: 't', default: 10, value: 'SECONDS', help: 'How long those have to stop' },
  },
  examples: [{ line: 'limpid network rm -f lab', says: 'With all that is on it' }],
});
