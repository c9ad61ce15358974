import { defineCommand } from '../parse/command.ts';

/** `limpid volume ls`. */
export const command = defineCommand({
  name: 'volume ls',
  group: 'Volumes',
  synopsis: 'List volumes',
  usage: '[options]',
  arity: { min: 0, max: 0, what: '' },
  options: {
    filter: {
      type: 'slice',
      short: 'f',
      value: 'KEY=VALUE',
      help: 'Only volumes with this property: name, label, dangling, until, driver, scope',
    },
    format: {
      type: 'string',
      value: 'TEMPLATE',
      help: 'json, or a Go template for each; "table " before it for columns',
    },
    noheading: { type: 'bool', short: 'n', help: 'Leave the headings out' },
    quiet: { type: 'bool', short: 'q', help: 'Only names' },
  },
  examples: [{ line: 'limpid volume ls -f dangling=true', says: 'Those that no container has' }],
});
