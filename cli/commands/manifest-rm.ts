import { defineCommand } from '../parse/command.ts';

/** `limpid manifest rm`. */
export const command = defineCommand({
  name: 'manifest rm',
  group: 'Images',
  synopsis: 'Remove manifest lists',
  usage: 'LIST [LIST...]',
  description: 'The images in them stay.',
  arity: { min: 1, what: 'a list' },
  completion: 'image',
  options: {},
  examples: [{ line: 'limpid manifest rm lab', says: 'Only the list' }],
});
