import { defineCommand } from '../parse/command.ts';
import { REGISTRY_OPTIONS } from './image-options.ts';

/** `limpid manifest create`. */
export const command = defineCommand({
  name: 'manifest create',
  group: 'Images',
  synopsis: 'Make a manifest list',
  usage: '[options] LIST [IMAGE...]',
  description: 'One name for images of several platforms. Prints the id of the list.',
  arity: { min: 1, what: 'a name for the list' },
  completion: 'image',
  options: {
    all: { type: 'bool', help: 'Of an IMAGE that is a list, take all of its images' },
    amend: { type: 'bool', short: 'a', help: 'Where there is a list of that name, add to it' },
    ...REGISTRY_OPTIONS,
  },
  examples: [{ line: 'limpid manifest create lab lab-amd64 lab-arm64', says: 'Of two images that are here' }],
});
