import { defineCommand } from '../parse/command.ts';
import { LATEST } from './shared-options.ts';

/** `limpid network reload`. */
export const command = defineCommand({
  name: 'network reload',
  group: 'Networks',
  synopsis: 'Restore bridges and firewall for running containers',
  usage: '[options] [CONTAINER...]',
  description:
    'After `nft flush ruleset`, a reload of another firewall, or a deleted bridge. The networks are restored as a whole; ' +
    'printed are the containers that were meant.',
  arity: {
    min: 1,
    what: 'a container, --all or --latest',
    instead: { all: { min: 0, max: 0 }, latest: { min: 0, max: 0 } },
  },
  completion: 'container',
  options: {
    all: { type: 'bool', short: 'a', help: 'All running containers' },
    ...LATEST,
  },
  examples: [{ line: 'limpid network reload --all', says: 'All is as it was' }],
});
