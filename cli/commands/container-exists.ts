import { defineCommand } from '../parse/command.ts';

/** `limpid container exists`. */
export const command = defineCommand({
  name: 'container exists',
  group: 'Look at them',
  synopsis: 'Exit with 0 if the container exists, else with 1',
  usage: 'CONTAINER',
  arity: { min: 1, max: 1, what: 'a container' },
  completion: 'container',
  options: {
    external: { type: 'bool', hidden: true, help: 'There are none' },
  },
  examples: [{ line: 'limpid container exists lab && echo yes', says: 'In a script' }],
});
