import { defineCommand } from '../parse/command.ts';

/** `limpid search`. */
export const command = defineCommand({
  name: 'search',
  group: 'Images',
  synopsis: 'Look for images in registries',
  description:
    'TERM is looked for in the registries of unqualified-search-registries, REGISTRY/TERM in one, and REGISTRY/ lists all ' +
    'that one shows.',
  usage: '[options] TERM',
  arity: { min: 1, max: 1, what: 'a term' },
  options: {
    authfile: { type: 'string', value: 'FILE', completion: 'file', help: 'Take credentials from this auth.json' },
    'cert-dir': {
      type: 'string',
      value: 'DIR',
      completion: 'directory',
      help: 'Take certificates from this directory',
    },
    compatible: { type: 'bool', help: 'With the columns stars, official and automated, as in Docker' },
    creds: { type: 'string', value: 'USER[:PASSWORD]', help: 'Log in with these, instead of what files know' },
    filter: {
      type: 'slice',
      short: 'f',
      value: 'KEY=VALUE',
      help: 'Only images with stars=NUMBER or more, is-official or is-automated',
    },
    format: { type: 'string', value: 'TEMPLATE', help: 'json, or a Go template for each' },
    limit: { type: 'int', default: 25, value: 'NUMBER', help: 'At most so many of each registry' },
    'list-tags': { type: 'bool', help: 'List the tags of one repository instead' },
    'no-trunc': { type: 'bool', help: 'Do not shorten descriptions' },
    'tls-verify': { type: 'bool', default: true, help: 'Insist on HTTPS and valid certificates' },
  },
  examples: [
    { line: 'limpid search docker.io/alpine', says: 'By name' },
    { line: 'limpid search --list-tags docker.io/library/alpine', says: 'All versions of one' },
  ],
});
