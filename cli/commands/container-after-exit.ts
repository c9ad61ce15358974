import { defineCommand } from '../parse/command.ts';

/** `limpid container after-exit`: started by the monitor of a container with a restart policy. */
export const command = defineCommand({
  name: 'container after-exit',
  group: 'Change them',
  synopsis: 'Decide what follows the exit of a container',
  usage: 'CONTAINER',
  arity: { min: 1, max: 1, what: 'a container' },
  hidden: true,
  options: {},
  examples: [],
});
