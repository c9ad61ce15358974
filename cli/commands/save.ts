import { defineCommand } from '../parse/command.ts';

/** `limpid save`. */
export const command = defineCommand({
  name: 'save',
  group: 'Images',
  synopsis: 'Write images to an archive or a directory',
  usage: '[options] IMAGE [IMAGE...]',
  description:
    'The same images give the same bytes. Without --multi-image-archive further arguments are names of the first image. ' +
    'PATH may also be oci:DIR[:TAG], dir:DIR, docker-archive:FILE[:NAME], oci-archive:FILE[:TAG], docker-daemon:NAME, ' +
    'docker://NAME.',
  arity: { min: 1, what: 'an image' },
  completion: 'image',
  options: {
    compress: { type: 'bool', help: 'With docker-dir, compress the layers by gzip' },
    format: {
      type: 'string',
      default: 'docker-archive',
      choices: ['docker-archive', 'oci-archive', 'oci-dir', 'docker-dir'],
      value: 'FORMAT',
      help: 'docker-archive, oci-archive, oci-dir, docker-dir',
    },
    'multi-image-archive': { type: 'bool', short: 'm', help: 'Each argument is an image of its own' },
    output: { type: 'string', short: 'o', value: 'PATH', completion: 'file', help: 'Write there, not to stdout' },
    quiet: { type: 'bool', short: 'q', help: 'Do not show how it goes on' },
    uncompressed: { type: 'bool', help: 'Accept plain layers, as always' },
  },
  examples: [
    { line: 'limpid save -o lab.tar localhost/lab', says: 'As `docker load` and `podman load` read it' },
    { line: 'limpid save --format oci-archive -m one two > both.tar', says: 'Two images, digests kept' },
  ],
});
