import { defineCommand } from '../parse/command.ts';

/** `limpid volume inspect`. */
export const command = defineCommand({
  name: 'volume inspect',
  group: 'Volumes',
  synopsis: 'Show all that is known about volumes',
  usage: '[options] VOLUME [VOLUME...]',
  arity: { min: 1, what: 'a volume', instead: { all: { min: 0, max: 0 } } },
  options: {
    all: { type: 'bool', short: 'a', help: 'All volumes' },
    format: { type: 'string', short: 'f', default: 'json', value: 'TEMPLATE', help: 'json, or a Go template for each' },
  },
  examples: [{ line: "limpid volume inspect data --format '{{.Mountpoint}}'", says: 'Where its files are' }],
});
