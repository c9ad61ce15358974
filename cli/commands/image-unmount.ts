import { defineCommand } from '../parse/command.ts';

/** `limpid image unmount`. */
export const command = defineCommand({
  name: 'image unmount',
  group: 'Images',
  synopsis: 'Take mounted images away again',
  usage: '[options] IMAGE [IMAGE...]',
  arity: { min: 1, what: 'an image', instead: { all: { min: 0, max: 0 } } },
  completion: 'image',
  options: {
    all: { type: 'bool', short: 'a', help: 'All that are mounted' },
    force: { type: 'bool', short: 'f', help: 'However often it was mounted' },
  },
  examples: [{ line: 'limpid image unmount alpine', says: 'As often as it was mounted' }],
});
