import { defineCommand } from '../parse/command.ts';

/** `limpid history`. */
export const command = defineCommand({
  name: 'history',
  group: 'Images',
  synopsis: 'Show the steps that made an image',
  usage: '[options] IMAGE',
  arity: { min: 1, max: 1, what: 'an image' },
  completion: 'image',
  options: {
    format: {
      type: 'string',
      value: 'TEMPLATE',
      help: 'json, or a Go template for each; "table " before it for columns',
    },
    human: { type: 'bool', short: 'H', default: true, help: 'Sizes and times for people' },
    'no-trunc': { type: 'bool', aliases: ['notruncate'], help: 'Do not shorten' },
    quiet: { type: 'bool', short: 'q', help: 'Only ids' },
  },
  examples: [{ line: 'limpid history alpine', says: 'The newest step first' }],
});
