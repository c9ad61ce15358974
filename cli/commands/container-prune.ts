import { defineCommand } from '../parse/command.ts';

/** `limpid container prune`. */
export const command = defineCommand({
  name: 'container prune',
  group: 'Change them',
  synopsis: 'Remove all containers that do not run',
  usage: '[options]',
  arity: { min: 0, max: 0, what: '' },
  options: {
    filter: { type: 'array', value: 'KEY=VALUE', help: 'Only containers with this property, such as until=24h' },
    force: { type: 'bool', short: 'f', help: 'Do not ask' },
  },
  examples: [{ line: 'limpid container prune -f', says: 'Tidy up' }],
});
