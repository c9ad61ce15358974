import { defineCommand } from '../parse/command.ts';
import { LATEST } from './shared-options.ts';

/** `limpid port`. */
export const command = defineCommand({
  name: 'port',
  group: 'Look at them',
  synopsis: 'List published ports, or walk a packet to one',
  usage: '[options] [CONTAINER [PORT[/PROTOCOL]]]',
  description:
    'With --explain it says for a port of the host who has it, which map leads it on, over which bridge, to which container, ' +
    'who listens there, and what would drop it on the way: chains of every firewall of this host. Its exit code is 1 ' +
    'where a packet does not arrive.',
  arity: {
    min: 1,
    max: 2,
    what: 'a container',
    instead: { all: { min: 0, max: 0 }, latest: { min: 0, max: 1 }, explain: { min: 0, max: 0 } },
  },
  completion: 'container',
  options: {
    all: { type: 'bool', short: 'a', help: 'Those of every container' },
    explain: { type: 'string', value: '[IP:]PORT[/PROTOCOL]', help: 'Walk a packet to this port of the host' },
    ...LATEST,
  },
  examples: [
    { line: 'limpid port web', says: 'Where its ports are on this host' },
    { line: 'limpid port web 80/tcp', says: 'Where this one is' },
    { line: 'limpid port --explain 8080', says: 'What becomes of a packet to port 8080' },
  ],
});
