import { defineCommand } from '../parse/command.ts';

/** `limpid image tree`. */
export const command = defineCommand({
  name: 'image tree',
  group: 'Images',
  synopsis: 'Show the layers of an image, and which other images end with them',
  usage: '[options] IMAGE',
  arity: { min: 1, max: 1, what: 'an image' },
  completion: 'image',
  options: {
    whatrequires: { type: 'bool', help: 'Show its last layer, and those that other images have on top of it' },
  },
  examples: [{ line: 'limpid image tree alpine', says: 'Its layers, the base first' }],
});
