import { defineCommand } from '../parse/command.ts';
import { containers, LATEST } from './shared-options.ts';

/** `limpid inspect`. */
export const command = defineCommand({
  name: 'inspect',
  group: 'Look at them',
  synopsis: 'Show all that is known about containers or images',
  usage: '[options] CONTAINER|IMAGE [CONTAINER|IMAGE...]',
  arity: containers('latest'),
  completion: 'container',
  options: {
    format: { type: 'string', short: 'f', default: 'json', value: 'TEMPLATE', help: 'json, or a Go template for each' },
    ...LATEST,
    size: { type: 'bool', short: 's', help: 'Also how much was written' },
    type: {
      type: 'string',
      short: 't',
      default: 'all',
      choices: ['all', 'container', 'image'],
      value: 'TYPE',
      help: 'What to look for: all, container, image',
    },
  },
  examples: [{ line: "limpid inspect lab --format '{{.State.Pid}}'", says: 'The number of its process' }],
});
