import { ATTACH_OPTIONS, CREATE_OPTIONS, SHOW_OPTION } from '../create-options/options.ts';
import { defineCommand } from '../parse/command.ts';

/** `limpid run`. */
export const command = defineCommand({
  name: 'run',
  group: 'Run containers',
  synopsis: 'Run a command in a new container',
  usage: '[options] IMAGE [COMMAND [ARG...]]',
  description:
    'IMAGE is the name of an image, which is pulled where it is missing, builtin:busybox, host: (the root of this machine, ' +
    'of which nothing is changed), or with --rootfs a directory. ' +
    'Its exit code is that of the command; 125 where the engine failed, 126 where the command cannot be invoked, 127 where it was not found.',
  arity: { min: 1, what: 'an image' },
  stopAtFirstArgument: true,
  options: {
    detach: {
      type: 'bool',
      short: 'd',
      help: 'Leave it in the background and print its id',
      group: 'In the foreground',
    },
    ...ATTACH_OPTIONS,
    ...CREATE_OPTIONS,
    ...SHOW_OPTION,
  },
  examples: [
    { line: 'limpid run --rm -it builtin:busybox sh', says: 'A shell that is gone when you leave it' },
    { line: 'limpid run --rm docker.io/library/alpine:3.22 cat /etc/os-release', says: 'In an image from a registry' },
    {
      line: 'limpid run -d --name lab --memory 128m --cpus 0.5 builtin:busybox sleep infinity',
      says: 'In the background, with limits',
    },
    { line: 'limpid run --show=script host: true', says: 'The same as a shell script, to read or to run' },
  ],
});
