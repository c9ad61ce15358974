import { SHOW_OPTION } from '../create-options/options.ts';
import { defineCommand } from '../parse/command.ts';
import { DETACH_KEYS, ENTER_OPTIONS, LATEST } from './shared-options.ts';

/** `limpid exec`. */
export const command = defineCommand({
  name: 'exec',
  group: 'Run containers',
  synopsis: 'Run a command in a running container',
  usage: '[options] CONTAINER COMMAND [ARG...]',
  arity: { min: 2, what: 'a container, or a command for it,', instead: { latest: { min: 1 } } },
  stopAtFirstArgument: true,
  completion: 'container',
  options: {
    detach: { type: 'bool', short: 'd', help: 'Leave it in the background' },
    ...ENTER_OPTIONS,
    privileged: { type: 'bool', help: 'Give it all capabilities' },
    ...DETACH_KEYS,
    ...LATEST,
    ...SHOW_OPTION,
  },
  examples: [
    { line: 'limpid exec -it lab sh', says: 'Look around inside' },
    { line: 'limpid exec lab ps -ef', says: 'What runs there' },
  ],
});
