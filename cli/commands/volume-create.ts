import { defineCommand } from '../parse/command.ts';

/** `limpid volume create`. */
export const command = defineCommand({
  name: 'volume create',
  group: 'Volumes',
  synopsis: 'Create a volume',
  usage: '[options] [NAME]',
  description:
    'A volume is a directory of this machine that outlives containers. `limpid run -v NAME:DEST` makes one, too, ' +
    'where there is none of that name.',
  arity: { min: 0, max: 1, what: '' },
  options: {
    driver: { type: 'string', short: 'd', default: 'local', choices: ['local'], value: 'DRIVER', help: 'Only local' },
    ignore: { type: 'bool', help: 'One of that name will do' },
    label: { type: 'array', short: 'l', value: 'KEY[=VALUE]', help: 'Attach a label' },
    opt: { type: 'array', short: 'o', hidden: true, help: 'Refused: a volume is a plain directory' },
  },
  examples: [{ line: 'limpid volume create --label of=lab data', says: 'To be found by its label' }],
});
