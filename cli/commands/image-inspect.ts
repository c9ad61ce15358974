import { defineCommand } from '../parse/command.ts';

/** `limpid image inspect`. */
export const command = defineCommand({
  name: 'image inspect',
  group: 'Images',
  synopsis: 'Show all that is known about images',
  usage: '[options] IMAGE [IMAGE...]',
  arity: { min: 1, what: 'an image' },
  completion: 'image',
  options: {
    format: { type: 'string', short: 'f', default: 'json', value: 'TEMPLATE', help: 'json, or a Go template for each' },
  },
  examples: [{ line: "limpid image inspect alpine --format '{{.Config.Cmd}}'", says: 'What it runs' }],
});
