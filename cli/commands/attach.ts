import { defineCommand } from '../parse/command.ts';
import { containers, DETACH_KEYS, LATEST } from './shared-options.ts';

/** `limpid attach`. */
export const command = defineCommand({
  name: 'attach',
  group: 'Run containers',
  synopsis: 'Join a running container in the foreground',
  usage: '[options] CONTAINER',
  arity: { ...containers('latest'), max: 1 },
  completion: 'container',
  options: {
    ...DETACH_KEYS,
    ...LATEST,
    'no-stdin': { type: 'bool', help: 'Do not send it what is typed' },
    'sig-proxy': { type: 'bool', default: true, help: 'Pass signals on to the process' },
  },
  examples: [{ line: 'limpid attach lab', says: 'Leave again with ^P^Q' }],
});
