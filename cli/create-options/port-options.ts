import { groupOptions } from '../parse/option.ts';

/** Which ports of the host lead to it. */
export const PORT_OPTIONS = groupOptions('Its network', {
  publish: {
    type: 'slice',
    short: 'p',
    value: '[[IP:]HOST:]PORT[/PROTOCOL]',
    help: 'Let a port of the host, or a range FROM-TO, lead to one of its own; without HOST, any free one',
  },
  'publish-all': { type: 'bool', short: 'P', help: 'Publish every exposed port at a free one of the host' },
  expose: { type: 'slice', value: 'PORT[/PROTOCOL]', help: 'Note that it serves a port or a range; see --publish-all' },
});
