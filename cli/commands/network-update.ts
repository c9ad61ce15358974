import { defineCommand } from '../parse/command.ts';

/** `limpid network update`. */
export const command = defineCommand({
  name: 'network update',
  group: 'Networks',
  synopsis: 'Change whom the containers of a network ask for outside names',
  usage: '[options] NETWORK',
  arity: { min: 1, max: 1, what: 'a network' },
  options: {
    'dns-add': { type: 'slice', value: 'ADDRESS', help: 'Ask this one, too' },
    'dns-drop': { type: 'slice', value: 'ADDRESS', help: 'No longer ask this one' },
  },
  examples: [{ line: 'limpid network update --dns-add 9.9.9.9 lab', says: 'From the next question on' }],
});
