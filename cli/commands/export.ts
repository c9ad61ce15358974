import { defineCommand } from '../parse/command.ts';

/** `limpid export`. */
export const command = defineCommand({
  name: 'export',
  group: 'Images',
  synopsis: "Write a container's files to an archive",
  usage: '[options] CONTAINER',
  description: 'As a tar archive, without what is mounted in it. `limpid import` makes an image of it.',
  arity: { min: 1, max: 1, what: 'a container' },
  completion: 'container',
  options: {
    output: { type: 'string', short: 'o', value: 'FILE', completion: 'file', help: 'Write there, not to stdout' },
  },
  examples: [{ line: 'limpid export lab | tar -t', says: 'What is in it' }],
});
