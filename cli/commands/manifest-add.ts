import { defineCommand } from '../parse/command.ts';
import { REGISTRY_OPTIONS } from './image-options.ts';
import { MEMBER_OPTIONS } from './manifest-options.ts';

/** `limpid manifest add`. */
export const command = defineCommand({
  name: 'manifest add',
  group: 'Images',
  synopsis: 'Add images to a manifest list',
  usage: '[options] LIST IMAGE [IMAGE...]',
  description: 'IMAGE is one that is here, or what `limpid pull` takes. Prints the id that the list has then.',
  arity: { min: 2, what: 'a list and an image' },
  completion: 'image',
  options: {
    all: { type: 'bool', help: 'Of an IMAGE that is a list, take all of its images' },
    ...MEMBER_OPTIONS,
    ...REGISTRY_OPTIONS,
  },
  examples: [
    { line: 'limpid manifest add --arch arm64 --variant v8 lab lab-arm', says: 'With a word on its platform' },
  ],
});
