import { defineCommand } from '../parse/command.ts';

/** `limpid info`. */
export const command = defineCommand({
  name: 'info',
  group: 'About limpid',
  synopsis: 'Show this host as the engine sees it',
  usage: '[options]',
  arity: { min: 0, max: 0, what: '' },
  options: { format: { type: 'string', short: 'f', value: 'TEMPLATE', help: 'json, or a Go template' } },
  examples: [{ line: "limpid info --format '{{.Host.CgroupVersion}}'", says: 'The mode of cgroups' }],
});
