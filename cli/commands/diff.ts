import { defineCommand } from '../parse/command.ts';

/** `limpid diff`. */
export const command = defineCommand({
  name: 'diff',
  group: 'Look at them',
  synopsis: 'Show what a container has changed, or the top layer of an image',
  usage: '[options] CONTAINER|IMAGE [CONTAINER|IMAGE]',
  description: 'A: added, C: changed, D: deleted. With a second one: what the first has otherwise than that.',
  arity: { min: 1, max: 2, what: 'a container or an image', instead: { latest: { min: 0, max: 1 } } },
  completion: 'container',
  options: {
    format: { type: 'string', choices: ['json'], value: 'FORMAT', help: 'json' },
    latest: { type: 'bool', short: 'l', help: 'The container that was created last' },
  },
  examples: [
    { line: 'limpid diff lab', says: 'What it wrote' },
    { line: 'limpid diff lab alpine', says: 'What it has otherwise than an image' },
  ],
});
