import { defineCommand } from '../parse/command.ts';
import { REGISTRY_OPTIONS } from './image-options.ts';

/** `limpid push`. */
export const command = defineCommand({
  name: 'push',
  group: 'Images',
  synopsis: 'Send an image to a registry, an archive or a directory',
  usage: '[options] IMAGE [DESTINATION]',
  description:
    'DESTINATION is a name with its registry, or docker-archive:FILE[:NAME], oci:DIR[:TAG], oci-archive:FILE[:TAG], ' +
    "dir:DIR, docker-daemon:NAME; the image's own name unless said.",
  arity: { min: 1, max: 2, what: 'an image' },
  completion: 'image',
  options: {
    all: { type: 'bool', hidden: true, help: 'Of a manifest list, its images too: always done' },
    compress: { type: 'bool', help: 'Compress the layers by gzip, for dir:' },
    'compression-format': {
      type: 'string',
      choices: ['gzip', 'zstd'],
      value: 'FORMAT',
      help: 'Compress the layers anew: gzip, zstd',
    },
    digestfile: { type: 'string', value: 'FILE', completion: 'file', help: 'Write the digest that it got to a file' },
    'disable-content-trust': { type: 'bool', hidden: true, help: 'As in Docker: without effect' },
    format: {
      type: 'string',
      short: 'f',
      choices: ['oci', 'v2s2'],
      value: 'FORMAT',
      help: "Give it OCI's or Docker's manifest: oci, v2s2",
    },
    quiet: { type: 'bool', short: 'q', help: 'Do not show how it goes on' },
    'remove-signatures': { type: 'bool', help: 'Leave signatures behind, as always' },
    'sign-by': { type: 'string', hidden: true, value: 'KEY', help: 'Refused: nothing is signed' },
    'sign-by-sigstore-private-key': { type: 'string', hidden: true, value: 'FILE', help: 'Refused: nothing is signed' },
    'sign-passphrase-file': { type: 'string', hidden: true, value: 'FILE', help: 'Refused: nothing is signed' },
    ...REGISTRY_OPTIONS,
  },
  examples: [
    { line: 'limpid push localhost/lab:2 registry.example:5000/lab:2', says: 'To a registry, under another name' },
    { line: 'limpid push lab oci:/tmp/layout:lab', says: 'Into an OCI image layout' },
  ],
});
