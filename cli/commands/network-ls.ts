import { defineCommand } from '../parse/command.ts';

/** `limpid network ls`. */
export const command = defineCommand({
  name: 'network ls',
  group: 'Networks',
  synopsis: 'List networks',
  usage: '[options]',
  arity: { min: 0, max: 0, what: '' },
  options: {
    filter: {
      type: 'array',
      short: 'f',
      value: 'KEY=VALUE',
      help: 'Only networks with this property: name, id, driver, label, label!, dangling, until',
    },
    format: {
      type: 'string',
      value: 'TEMPLATE',
      help: 'json, or a Go template for each; "table " before it for columns',
    },
    'no-trunc': { type: 'bool', help: 'Do not shorten ids' },
    noheading: { type: 'bool', short: 'n', help: 'Leave the headings out' },
    quiet: { type: 'bool', short: 'q', help: 'Only names' },
  },
  examples: [
    { line: 'limpid network ls --filter driver=bridge', says: 'Those with a bridge' },
    { line: 'limpid network ls -q --filter dangling=true', says: 'Those that nobody is on' },
  ],
});
