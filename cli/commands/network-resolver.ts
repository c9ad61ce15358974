import { defineCommand } from '../parse/command.ts';

/** `limpid network resolver`: started with the first container that is found by name. */
export const command = defineCommand({
  name: 'network resolver',
  group: 'Change them',
  synopsis: "Answer containers' questions for names, until none is left",
  usage: '',
  arity: { min: 0, max: 0, what: 'nothing' },
  hidden: true,
  options: {},
  examples: [],
});
