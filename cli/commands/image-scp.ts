import { defineCommand } from '../parse/command.ts';

/** `limpid image scp`: podman has it, and we do not. */
export const command = defineCommand({
  name: 'image scp',
  group: 'Images',
  synopsis: 'Left out: save, ssh and load do the same',
  usage: 'IMAGE [HOST::]',
  arity: { min: 0, what: '' },
  hidden: true,
  options: { quiet: { type: 'bool', short: 'q', help: 'Without effect' } },
  examples: [{ line: 'limpid save alpine | ssh host limpid load', says: 'What it would do' }],
});
