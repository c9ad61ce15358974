import { defineCommand } from '../parse/command.ts';

/** `limpid network prune`. */
export const command = defineCommand({
  name: 'network prune',
  group: 'Networks',
  synopsis: 'Remove all networks that no container uses, but the default one',
  usage: '[options]',
  arity: { min: 0, max: 0, what: '' },
  options: {
    filter: { type: 'array', value: 'KEY=VALUE', help: 'Only networks with this property: label, label!, until' },
    force: { type: 'bool', short: 'f', help: 'Do not ask' },
  },
  examples: [{ line: 'limpid network prune -f', says: 'Tidy up' }],
});
