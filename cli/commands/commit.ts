import { defineCommand } from '../parse/command.ts';

/** `limpid commit`. */
export const command = defineCommand({
  name: 'commit',
  group: 'Images',
  synopsis: 'Make an image of what a container has changed',
  usage: '[options] CONTAINER [IMAGE]',
  description: 'The container is paused meanwhile. Prints the id of the image.',
  arity: { min: 1, max: 2, what: 'a container' },
  completion: 'container',
  options: {
    author: { type: 'string', short: 'a', value: 'NAME', help: 'Who made it' },
    change: {
      type: 'array',
      short: 'c',
      value: 'INSTRUCTION',
      help: 'CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME or WORKDIR, as in a Dockerfile',
    },
    format: {
      type: 'string',
      short: 'f',
      default: 'oci',
      choices: ['oci', 'docker'],
      value: 'FORMAT',
      help: 'oci or docker',
    },
    iidfile: { type: 'string', value: 'FILE', completion: 'file', help: 'Write the id of the image to a file' },
    'include-volumes': { type: 'bool', hidden: true, help: 'Refused: volumes stay outside' },
    message: { type: 'string', short: 'm', value: 'TEXT', help: 'What the history says of it' },
    pause: { type: 'bool', short: 'p', default: true, help: 'Pause the container meanwhile' },
    quiet: { type: 'bool', short: 'q', help: 'Do not show how it goes on' },
    squash: { type: 'bool', short: 's', help: 'One layer with all files, instead of one more' },
  },
  examples: [{ line: `limpid commit --change 'CMD ["sh"]' lab localhost/lab:2`, says: 'With another command' }],
});
