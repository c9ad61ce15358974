import { defineCommand } from '../parse/command.ts';

/** `limpid network connect`. */
export const command = defineCommand({
  name: 'network connect',
  group: 'Networks',
  synopsis: 'Put a container on a further network, running or not',
  usage: '[options] NETWORK CONTAINER',
  arity: { min: 2, max: 2, what: 'a network and a container' },
  options: {
    alias: { type: 'slice', value: 'NAME', help: 'Another name for it there' },
    ip: { type: 'string', value: 'ADDRESS', help: 'Its IPv4 address there' },
    ip6: { type: 'string', value: 'ADDRESS', help: 'Its IPv6 address there' },
    'mac-address': { type: 'string', value: 'MAC', help: 'Its hardware address there' },
    'interface-name': { type: 'string', value: 'NAME', help: 'How its interface is called' },
  },
  examples: [{ line: 'limpid network connect --alias db back lab', says: 'Found there as db, too' }],
});
