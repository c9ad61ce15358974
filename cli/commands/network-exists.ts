import { defineCommand } from '../parse/command.ts';

/** `limpid network exists`. */
export const command = defineCommand({
  name: 'network exists',
  group: 'Networks',
  synopsis: 'Exit with 0 if the network exists, else with 1',
  usage: 'NETWORK',
  arity: { min: 1, max: 1, what: 'a network' },
  options: {},
  examples: [{ line: 'limpid network exists lab || limpid network create lab', says: 'In a script' }],
});
