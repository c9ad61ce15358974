import { defineCommand } from '../parse/command.ts';

/** `limpid manifest remove`. */
export const command = defineCommand({
  name: 'manifest remove',
  group: 'Images',
  synopsis: 'Take an image out of a manifest list',
  usage: 'LIST IMAGE',
  description: 'IMAGE is the digest of its manifest, or its name here. Prints the id that the list has then.',
  arity: { min: 2, max: 2, what: 'a list and an image' },
  completion: 'image',
  options: {},
  examples: [{ line: 'limpid manifest remove lab lab-arm', says: 'The image itself stays' }],
});
