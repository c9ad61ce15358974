import { defineCommand } from '../parse/command.ts';
import { containers, LATEST } from './shared-options.ts';

/** `limpid logs`. */
export const command = defineCommand({
  name: 'logs',
  group: 'Look at them',
  synopsis: 'Show what containers have printed',
  usage: '[options] CONTAINER [CONTAINER...]',
  arity: containers('latest'),
  completion: 'container',
  options: {
    color: { type: 'bool', help: 'Give each container a colour' },
    follow: { type: 'bool', short: 'f', help: 'Go on as it prints more' },
    ...LATEST,
    names: { type: 'bool', short: 'n', help: "Begin each line with the container's name" },
    since: {
      type: 'string',
      noneWhenEmpty: true,
      value: 'TIME',
      help: 'Only from then on: 10m, 2026-01-31T12:00:00Z, seconds since 1970',
    },
    tail: { type: 'int', default: -1, value: 'LINES', help: 'Only the last lines' },
    timestamps: { type: 'bool', short: 't', help: 'Begin each line with its time' },
    until: { type: 'string', noneWhenEmpty: true, value: 'TIME', help: 'Only until then' },
  },
  examples: [{ line: 'limpid logs -f --since 10m lab', says: 'The last ten minutes and what follows' }],
});
