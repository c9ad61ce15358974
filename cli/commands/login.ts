import { defineCommand } from '../parse/command.ts';

/** `limpid login`. */
export const command = defineCommand({
  name: 'login',
  group: 'Images',
  synopsis: 'Log in to a registry',
  description:
    'Asks for what is not given, checks it with the registry, and keeps it in an auth file that podman and skopeo read ' +
    'too, or in the credential helper that is set up for the registry.',
  usage: '[options] [REGISTRY]',
  arity: { min: 0, max: 1, what: '' },
  options: {
    authfile: { type: 'string', value: 'FILE', completion: 'file', help: 'Keep the credentials in this auth.json' },
    'cert-dir': {
      type: 'string',
      value: 'DIR',
      completion: 'directory',
      help: 'Take certificates from this directory',
    },
    'get-login': { type: 'bool', help: 'Only show the user who is logged in' },
    password: { type: 'string', short: 'p', value: 'PASSWORD', help: 'The password; other users may see it in ps' },
    'password-stdin': { type: 'bool', help: 'Read the password from standard input' },
    'tls-verify': { type: 'bool', default: true, help: 'Insist on HTTPS and valid certificates' },
    username: { type: 'string', short: 'u', value: 'USER', help: 'The user' },
    verbose: { type: 'bool', short: 'v', help: 'Say where the credentials are kept' },
  },
  examples: [
    { line: 'limpid login quay.io', says: 'Asks for user and password' },
    { line: 'pass show reg | limpid login -u bob --password-stdin reg.example.com', says: 'From a password store' },
  ],
});
