import { defineCommand } from '../parse/command.ts';
import { REGISTRY_OPTIONS } from './image-options.ts';

/** `limpid manifest inspect`. */
export const command = defineCommand({
  name: 'manifest inspect',
  group: 'Images',
  synopsis: 'Show a manifest list',
  usage: '[options] LIST',
  description: 'One that is here, else what a registry has under that name.',
  arity: { min: 1, max: 1, what: 'a list' },
  completion: 'image',
  options: { verbose: { type: 'bool', short: 'v', hidden: true, help: 'Without effect' }, ...REGISTRY_OPTIONS },
  examples: [{ line: 'limpid manifest inspect docker.io/library/alpine', says: 'Which platforms there are' }],
});
