import { defineCommand } from '../parse/command.ts';

/** `limpid rmi`. */
export const command = defineCommand({
  name: 'rmi',
  group: 'Images',
  synopsis: 'Remove images',
  usage: '[options] IMAGE [IMAGE...]',
  description:
    'Takes the name away, and with its last name the image. Exit code 1 where it is not there, 2 where it is needed.',
  arity: { min: 1, what: 'an image', instead: { all: { min: 0, max: 0 } } },
  completion: 'image',
  options: {
    all: { type: 'bool', short: 'a', help: 'All images' },
    force: { type: 'bool', short: 'f', help: 'With all names, and with the containers that need it' },
    'no-prune': { type: 'bool', hidden: true, help: 'As in podman: no image here has a parent that would go with it' },
    ignore: { type: 'bool', short: 'i', help: 'Do not mind images that are not there' },
  },
  examples: [{ line: 'limpid rmi alpine', says: 'Unless a container needs it' }],
});
