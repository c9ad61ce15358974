import { defineCommand } from '../parse/command.ts';

/** `limpid logout`. */
export const command = defineCommand({
  name: 'logout',
  group: 'Images',
  synopsis: 'Log out of a registry',
  usage: '[options] [REGISTRY]',
  arity: { min: 0, max: 1, what: '' },
  options: {
    all: { type: 'bool', short: 'a', help: 'Out of all that the auth file has' },
    authfile: { type: 'string', value: 'FILE', completion: 'file', help: 'Remove the credentials from this auth.json' },
  },
  examples: [{ line: 'limpid logout quay.io', says: 'Forgets its user and password' }],
});
