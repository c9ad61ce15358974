import { defineCommand } from '../parse/command.ts';

/** `limpid image exists`. */
export const command = defineCommand({
  name: 'image exists',
  group: 'Images',
  synopsis: 'Exit with 0 if the image exists, else with 1',
  usage: 'IMAGE',
  arity: { min: 1, max: 1, what: 'an image' },
  completion: 'image',
  options: {},
  examples: [{ line: 'limpid image exists alpine || limpid pull alpine', says: 'In a script' }],
});
