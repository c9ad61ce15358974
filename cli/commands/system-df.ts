import { defineCommand } from '../parse/command.ts';

/** `limpid system df`. */
export const command = defineCommand({
  name: 'system df',
  group: 'Images',
  synopsis: 'Show what images, containers and volumes take on the disk',
  usage: '[options]',
  arity: { min: 0, max: 0, what: '' },
  options: {
    format: {
      type: 'string',
      value: 'TEMPLATE',
      help: 'json, or a Go template for each; "table " before it for columns',
    },
    verbose: { type: 'bool', short: 'v', help: 'Each of them' },
  },
  examples: [{ line: 'limpid system df', says: 'What can be had back' }],
});
