import { defineCommand } from '../parse/command.ts';

/** `limpid volume exists`. */
export const command = defineCommand({
  name: 'volume exists',
  group: 'Volumes',
  synopsis: 'Exit with 0 if the volume exists, else with 1',
  usage: 'VOLUME',
  arity: { min: 1, max: 1, what: 'a volume' },
  options: {},
  examples: [{ line: 'limpid volume exists data || limpid volume create data', says: 'In a script' }],
});
