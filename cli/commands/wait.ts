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
    condition: {
      type: 'array',
      value: 'STATE',
      choices: ['created', 'exited', 'paused', 'running', 'stopped'],
      help: 'Wait for created, exited, paused, running or stopped instead',
    },
    ignore: { type: 'bool', help: 'Print -1 for containers that are not there' },
    interval: {
      type: 'duration',
      short: 'i',
      value: 'DURATION',
      help: 'How often to look where the kernel tells nothing (default 250ms)',
    },
    ...LATEST,
  },
  examples: [{ line: 'limpid wait lab', says: 'Its exit code, once it has one' }],
});
