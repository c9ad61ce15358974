import { defineCommand } from '../parse/command.ts';

/** `limpid system prune`. */
export const command = defineCommand({
  name: 'system prune',
  group: 'Images',
  synopsis: 'Remove containers that do not run, images without a name, and leavings',
  usage: '[options]',
  arity: { min: 0, max: 0, what: '' },
  options: {
    all: { type: 'bool', short: 'a', help: 'All images that no container needs' },
    filter: { type: 'slice', value: 'KEY=VALUE', help: 'Only what has this property, such as until=24h or label=KEY' },
    force: { type: 'bool', short: 'f', help: 'Do not ask' },
    volumes: { type: 'bool', help: 'Named volumes that no container has, too' },
  },
  examples: [{ line: 'limpid system prune -f', says: 'Tidy up' }],
});
