import { defineCommand } from '../parse/command.ts';

/** `limpid network disconnect`. */
export const command = defineCommand({
  name: 'network disconnect',
  group: 'Networks',
  synopsis: 'Take a container off a network, running or not',
  usage: '[options] NETWORK CONTAINER',
  arity: { min: 2, max: 2, what: 'a network and a container' },
  options: {
    force: { type: 'bool', short: 'f', hidden: true, help: 'It is always possible' },
  },
  examples: [{ line: 'limpid network disconnect back lab', says: 'Its interface there goes' }],
});
