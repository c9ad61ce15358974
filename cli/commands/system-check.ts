import { defineCommand } from '../parse/command.ts';

/** `limpid system check`. */
export const command = defineCommand({
  name: 'system check',
  group: 'Images',
  synopsis: 'Check every image and layer against its digest',
  usage: '[options]',
  description: 'Names each damage. Exit code 0 where there is none, or all was repaired.',
  arity: { min: 0, max: 0, what: '' },
  options: {
    quick: { type: 'bool', short: 'q', help: 'Only whether all is there' },
    repair: { type: 'bool', short: 'r', help: 'Pull again what is damaged, and clear away what killed pulls left' },
    'tls-verify': { type: 'bool', default: true, help: 'Insist on HTTPS and valid certificates' },
  },
  examples: [{ line: 'limpid system check --repair', says: 'After a power cut or a bad disk' }],
});
