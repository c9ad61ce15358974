import { defineCommand } from '../parse/command.ts';

/** `limpid netns exec`. */
export const command = defineCommand({
  name: 'netns exec',
  group: 'Networks',
  synopsis: "Run a program of this machine's in a container's network",
  usage: 'CONTAINER COMMAND [ARG...]',
  description:
    'Only the network namespace is entered: files, processes and rights are those of the caller. Its exit code is that of ' +
    'the command; 126 where it cannot be invoked, 127 where it was not found.',
  arity: { min: 2, what: 'a container and a command' },
  stopAtFirstArgument: true,
  completion: 'container',
  options: {},
  examples: [
    { line: 'limpid netns exec lab tcpdump -ni eth0', says: 'What comes and goes' },
    { line: 'limpid netns exec lab ip route', says: 'Where its packets go' },
  ],
});
