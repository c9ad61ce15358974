import { defineCommand } from '../parse/command.ts';

/** `limpid tag`. */
export const command = defineCommand({
  name: 'tag',
  group: 'Images',
  synopsis: 'Give an image further names',
  usage: 'IMAGE NAME [NAME...]',
  arity: { min: 2, what: 'an image and a name' },
  completion: 'image',
  options: {},
  examples: [{ line: 'limpid tag alpine localhost/base:1', says: 'The same image under one name more' }],
});
