import { defineCommand } from '../parse/command.ts';

/** `limpid cp`. */
export const command = defineCommand({
  name: 'cp',
  group: 'Look at them',
  synopsis: 'Copy files between a container and the host',
  usage: '[options] [CONTAINER:]SOURCE [CONTAINER:]DESTINATION',
  description:
    'A running container or one that is not, with its volumes. Where DESTINATION is a directory SOURCE goes into it, else it becomes it; of SOURCE/. only the contents go. With - for one of them a tar archive is read or written.',
  arity: { min: 2, max: 2, what: 'a source and a destination' },
  completion: 'container',
  options: {
    archive: {
      type: 'bool',
      short: 'a',
      default: true,
      help: "Give what comes into a container to its user; with =false its files' owners stay",
    },
    overwrite: { type: 'bool', help: 'Let files replace directories, and directories files' },
  },
  examples: [
    { line: 'limpid cp lab:/etc/hosts .', says: 'A file to here' },
    { line: 'limpid cp site/. web:/srv', says: 'What is in a directory into another' },
    { line: 'limpid cp lab:/var/log - | tar -t', says: 'As an archive' },
  ],
});
