import { defineCommand } from '../parse/command.ts';

/** `limpid manifest exists`. */
export const command = defineCommand({
  name: 'manifest exists',
  group: 'Images',
  synopsis: 'Exit with 0 if the manifest list exists, else with 1',
  usage: 'LIST',
  arity: { min: 1, max: 1, what: 'a list' },
  completion: 'image',
  options: {},
  examples: [{ line: 'limpid manifest exists lab || limpid manifest create lab', says: 'In a script' }],
});
