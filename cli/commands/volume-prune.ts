import { defineCommand } from '../parse/command.ts';

/** `limpid volume prune`. */
export const command = defineCommand({
  name: 'volume prune',
  group: 'Volumes',
  synopsis: 'Remove all volumes that no container has',
  usage: '[options]',
  arity: { min: 0, max: 0, what: '' },
  options: {
    all: { type: 'bool', short: 'a', hidden: true, help: 'It takes those with a name anyway' },
    filter: { type: 'array', value: 'KEY=VALUE', help: 'Only volumes with this property: name, label, until' },
    force: { type: 'bool', short: 'f', help: 'Do not ask' },
  },
  examples: [{ line: 'limpid volume prune --filter label=of=lab', says: 'Those with that label' }],
});
