import { defineCommand } from '../parse/command.ts';
import { REGISTRY_OPTIONS } from './image-options.ts';

/** `limpid manifest push`. */
export const command = defineCommand({
  name: 'manifest push',
  group: 'Images',
  synopsis: 'Send a manifest list with its images to a registry',
  usage: '[options] LIST [DESTINATION]',
  arity: { min: 1, max: 2, what: 'a list' },
  completion: 'image',
  options: {
    all: { type: 'bool', default: true, help: 'The images in the list too' },
    'compression-format': {
      type: 'string',
      choices: ['gzip', 'zstd'],
      hidden: true,
      value: 'FORMAT',
      help: 'Refused: a list names its images by digest',
    },
    digestfile: { type: 'string', value: 'FILE', completion: 'file', help: 'Write the digest that it got to a file' },
    format: {
      type: 'string',
      short: 'f',
      choices: ['oci', 'v2s2'],
      value: 'FORMAT',
      help: "Make it OCI's or Docker's kind of list: oci, v2s2",
    },
    quiet: { type: 'bool', short: 'q', help: 'Do not show how it goes on' },
    'remove-signatures': { type: 'bool', help: 'Leave signatures behind, as always' },
    rm: { type: 'bool', help: 'Remove the list here when it is there' },
    'sign-by': { type: 'string', hidden: true, value: 'KEY', help: 'Refused: nothing is signed' },
    'sign-by-sigstore-private-key': { type: 'string', hidden: true, value: 'FILE', help: 'Refused: nothing is signed' },
    'sign-passphrase-file': { type: 'string', hidden: true, value: 'FILE', help: 'Refused: nothing is signed' },
    ...REGISTRY_OPTIONS,
  },
  examples: [{ line: 'limpid manifest push lab docker://registry.example/lab:2', says: 'With all of its images' }],
});
