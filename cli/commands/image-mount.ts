import { defineCommand } from '../parse/command.ts';

/** `limpid image mount`. */
export const command = defineCommand({
  name: 'image mount',
  group: 'Images',
  synopsis: "Show images' files at a directory of this machine",
  usage: '[options] [IMAGE...]',
  description: 'Read-only, without devices and set-user-ID programs. Without an image it lists what is mounted.',
  arity: { min: 0, what: '', instead: { all: { min: 0, max: 0 } } },
  completion: 'image',
  options: {
    all: { type: 'bool', short: 'a', help: 'All images' },
    format: { type: 'string', choices: ['json'], value: 'FORMAT', help: 'json' },
  },
  examples: [{ line: 'ls $(limpid image mount alpine)', says: 'Look into it' }],
});
