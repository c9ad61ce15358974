import { defineCommand } from '../parse/command.ts';

/** `limpid network inspect`. */
export const command = defineCommand({
  name: 'network inspect',
  group: 'Networks',
  synopsis: 'Show all that is known about networks',
  usage: '[options] NETWORK [NETWORK...]',
  arity: { min: 1, what: 'a network' },
  options: {
    format: { type: 'string', short: 'f', default: 'json', value: 'TEMPLATE', help: 'json, or a Go template for each' },
  },
  examples: [
    { line: "limpid network inspect limpid --format '{{range .Subnets}}{{.Subnet}}{{end}}'", says: 'Its addresses' },
    {
      line: "limpid network inspect limpid --format '{{json .host_changes}}'",
      says: 'What is switched on for it outside of the table',
    },
  ],
});
