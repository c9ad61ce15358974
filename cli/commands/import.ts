import { defineCommand } from '../parse/command.ts';

/** `limpid import`. */
export const command = defineCommand({
  name: 'import',
  group: 'Images',
  synopsis: 'Make an image of an archive of files',
  usage: '[options] PATH [IMAGE]',
  description: 'PATH is a tar archive, plain or compressed: a file, an address, or - for stdin.',
  arity: { min: 1, max: 2, what: 'an archive' },
  options: {
    arch: { type: 'string', value: 'ARCH', help: 'The architecture that the image is for' },
    change: {
      type: 'array',
      short: 'c',
      value: 'INSTRUCTION',
      help: 'CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME or WORKDIR, as in a Dockerfile',
    },
    message: { type: 'string', short: 'm', value: 'TEXT', help: 'What the history says of it' },
    os: { type: 'string', value: 'OS', help: 'The operating system that the image is for' },
    quiet: { type: 'bool', short: 'q', help: 'Do not show how it goes on' },
    variant: { type: 'string', value: 'VARIANT', help: 'The variant of the architecture, such as v7' },
  },
  examples: [
    { line: `limpid import --change 'CMD ["sh"]' files.tar.gz localhost/lab`, says: 'With a command' },
    { line: 'tar -C files -c . | limpid import - lab', says: 'From another program' },
  ],
});
