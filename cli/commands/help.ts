import { defineCommand } from '../parse/command.ts';

/** `limpid help`. */
export const command = defineCommand({
  name: 'help',
  group: 'About limpid',
  synopsis: 'Show help for a command',
  usage: '[COMMAND]',
  arity: { min: 0, what: '' },
  options: {
    man: { type: 'bool', help: 'As a man page (roff)' },
  },
  examples: [{ line: 'limpid help run', says: 'All that "run" can do' }],
});
