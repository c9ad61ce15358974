import { defineCommand } from '../parse/command.ts';
import { LATEST } from './shared-options.ts';

/** `limpid stats`. */
export const command = defineCommand({
  name: 'stats',
  group: 'Look at them',
  synopsis: 'Show what containers use of CPU, memory, network and disks',
  usage: '[options] [CONTAINER...]',
  arity: { min: 0, what: 'a container', instead: { all: { min: 0, max: 0 }, latest: { min: 0, max: 0 } } },
  completion: 'container',
  options: {
    all: { type: 'bool', short: 'a', help: 'Also those that do not run' },
    format: {
      type: 'string',
      value: 'TEMPLATE',
      help: 'json, or a Go template for each; "table " before it for columns',
    },
    interval: { type: 'uint', short: 'i', default: 5, value: 'SECONDS', help: 'Time between two looks' },
    ...LATEST,
    'no-reset': { type: 'bool', help: 'Do not clear the screen before each look' },
    'no-stream': { type: 'bool', help: 'Look once' },
    'no-trunc': { type: 'bool', help: 'Do not shorten ids' },
  },
  examples: [{ line: 'limpid stats --no-stream lab', says: 'One look' }],
});
