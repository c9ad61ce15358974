import { defineCommand } from '../parse/command.ts';

/** `limpid completion`. */
export const command = defineCommand({
  name: 'completion',
  group: 'About limpid',
  synopsis: 'Print the completion script for a shell',
  usage: 'bash|zsh|fish',
  arity: { min: 1, max: 1, what: 'bash, zsh or fish' },
  options: {},
  examples: [{ line: 'source <(limpid completion bash)', says: 'For this shell' }],
});
