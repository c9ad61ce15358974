import { defineCommand } from '../parse/command.ts';

/** `limpid image prune`. */
export const command = defineCommand({
  name: 'image prune',
  group: 'Images',
  synopsis: 'Remove images without a name, and what killed pulls left',
  usage: '[options]',
  arity: { min: 0, max: 0, what: '' },
  options: {
    all: { type: 'bool', short: 'a', help: 'All images that no container needs' },
    external: { type: 'bool', hidden: true, help: 'There are none' },
    filter: {
      type: 'slice',
      value: 'KEY=VALUE',
      help: 'Only images with this property, such as until=24h or label=KEY',
    },
    force: { type: 'bool', short: 'f', help: 'Do not ask' },
  },
  examples: [{ line: 'limpid image prune -f', says: 'Tidy up' }],
});
