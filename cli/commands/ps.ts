import { defineCommand } from '../parse/command.ts';
import { FILTER, LATEST } from './shared-options.ts';

/** `limpid ps`. */
export const command = defineCommand({
  name: 'ps',
  group: 'Look at them',
  synopsis: 'List containers',
  usage: '[options]',
  arity: { min: 0, max: 0, what: '' },
  options: {
    all: { type: 'bool', short: 'a', help: 'Also those that do not run' },
    external: { type: 'bool', hidden: true, help: 'There are none' },
    ...FILTER,
    format: {
      type: 'string',
      value: 'TEMPLATE',
      help: 'json, or a Go template for each; "table " before it for columns',
    },
    last: { type: 'int', short: 'n', default: -1, value: 'NUMBER', help: 'The last ones created, running or not' },
    ...LATEST,
    'no-trunc': { type: 'bool', aliases: ['notruncate'], help: 'Do not shorten ids and commands' },
    noheading: { type: 'bool', help: 'Leave the headings out' },
    ns: { type: 'bool', aliases: ['namespace'], help: 'Show the namespaces instead' },
    quiet: { type: 'bool', short: 'q', help: 'Only ids' },
    size: { type: 'bool', short: 's', help: 'Show how much was written' },
    sort: {
      type: 'string',
      default: 'created',
      choices: ['command', 'created', 'id', 'image', 'names', 'runningfor', 'size', 'status'],
      value: 'COLUMN',
      help: 'Sort by command, created, id, image, names, runningfor, size or status',
    },
    sync: { type: 'bool', hidden: true, help: 'The kernel is always asked' },
    watch: { type: 'uint', short: 'w', value: 'SECONDS', help: 'Show it again and again; 0 for once' },
  },
  examples: [
    { line: 'limpid ps -a', says: 'All containers' },
    { line: "limpid ps --format 'table {{.ID}}\\t{{.Names}}\\t{{.Status}}'", says: 'Columns of your choice' },
  ],
});
