import { ATTACH_OPTIONS, CREATE_OPTIONS, SHOW_OPTION } from '../create-options/options.ts';
import { defineCommand } from '../parse/command.ts';

/** `limpid create`. */
export const command = defineCommand({
  name: 'create',
  group: 'Run containers',
  synopsis: 'Create a container without starting it',
  usage: '[options] IMAGE [COMMAND [ARG...]]',
  description: 'Takes what "limpid run" takes, prints the id, and leaves the rest to "limpid start".',
  arity: { min: 1, what: 'an image' },
  stopAtFirstArgument: true,
  options: { attach: ATTACH_OPTIONS.attach, ...CREATE_OPTIONS, ...SHOW_OPTION },
  examples: [{ line: 'limpid create --name lab builtin:busybox sleep 60', says: 'Ready to be started' }],
});
