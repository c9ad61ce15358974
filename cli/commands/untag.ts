import { defineCommand } from '../parse/command.ts';

/** `limpid untag`. */
export const command = defineCommand({
  name: 'untag',
  group: 'Images',
  synopsis: 'Take names away from an image',
  usage: 'IMAGE [NAME...]',
  description: 'All of its names where none is given. The image itself stays.',
  arity: { min: 1, what: 'an image' },
  completion: 'image',
  options: {},
  examples: [{ line: 'limpid untag alpine localhost/base:1', says: 'It keeps its other names' }],
});
