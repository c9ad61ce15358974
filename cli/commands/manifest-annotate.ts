import { defineCommand } from '../parse/command.ts';
import { MEMBER_OPTIONS } from './manifest-options.ts';

/** `limpid manifest annotate`. */
export const command = defineCommand({
  name: 'manifest annotate',
  group: 'Images',
  synopsis: 'Change what a manifest list says of an image',
  usage: '[options] LIST IMAGE',
  description: 'IMAGE is the digest of its manifest, or its name here. Prints the id that the list has then.',
  arity: { min: 2, max: 2, what: 'a list and an image' },
  completion: 'image',
  options: MEMBER_OPTIONS,
  examples: [{ line: 'limpid manifest annotate --arch arm64 lab lab-arm', says: 'The platform that it is for' }],
});
