import { defineCommand } from '../parse/command.ts';

/** `limpid rename`. */
export const command = defineCommand({
  name: 'rename',
  group: 'Change them',
  synopsis: 'Give a container another name',
  usage: 'CONTAINER NAME',
  arity: { min: 2, max: 2, what: 'a container, or its new name,' },
  completion: 'container',
  options: {},
  examples: [{ line: 'limpid rename lab workshop', says: 'From now on it is "workshop"' }],
});
