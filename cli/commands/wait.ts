import { defineCommand } from '../parse/command.ts';
import { containers, LATEST } from './shared-options.ts';

/** `limpid wait`. */
export const command = defineCommand({
  name: 'wait',
  group: 'Look at them',
  synopsis: 'Wait until containers stop, and print their exit codes',
  usage: '[options] CONTAINER [CONTAINER...]',
  arity: containers('latest'),
  completion: 'container',
  options: {
    condition: { type: 'slice', value: 'STATE', help: 'Wait for created, exited, paused, running or stopped instead' },
    ignore: { type: 'bool', help: 'Print -1 for containers that are not there' },
    interval: {
      type: 'string',
      short: 'i',
      default: '250ms',
      value: 'DURATION',
      help: 'How often to look where the kernel tells nothing',
    },
    ...LATEST,
  },
  examples: [{ line: 'limpid wait lab', says: 'Its exit code, once it has one' }],
});
