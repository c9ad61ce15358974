import { defineCommand } from '../parse/command.ts';

/** `limpid version`. */
export const command = defineCommand({
  name: 'version',
  group: 'About limpid',
  synopsis: 'Show versions',
  usage: '[options]',
  arity: { min: 0, max: 0, what: '' },
  options: { format: { type: 'string', short: 'f', value: 'TEMPLATE', help: 'json, or a Go template' } },
  examples: [{ line: "limpid version --format '{{.Client.Version}}'", says: 'Only the number' }],
});
