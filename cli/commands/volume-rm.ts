import { defineCommand } from '../parse/command.ts';

/** `limpid volume rm`. */
export const command = defineCommand({
  name: 'volume rm',
  group: 'Volumes',
  synopsis: 'Remove volumes with their files',
  usage: '[options] VOLUME [VOLUME...]',
  description: 'Its exit code is 1 where there is no such volume, and 2 where containers have it.',
  arity: { min: 1, what: 'a volume', instead: { all: { min: 0, max: 0 } } },
  options: {
    all: { type: 'bool', short: 'a', help: 'All volumes' },
    force: { type: 'bool', short: 'f', help: 'Remove the containers that have them first' },
    time: { type: 'uint', short: 't', default: 10, value: 'SECONDS', help: 'How long those have to stop' },
  },
  examples: [{ line: 'limpid volume rm data', says: 'Files and all' }],
});
