import { defineCommand } from '../parse/command.ts';
import { DECRYPTION_KEY, PLATFORM_OPTIONS, REGISTRY_OPTIONS } from './image-options.ts';

/** `limpid pull`. */
export const command = defineCommand({
  name: 'pull',
  group: 'Images',
  synopsis: 'Get images from a registry, an archive or a directory',
  usage: '[options] IMAGE [IMAGE...]',
  description:
    'IMAGE is a name such as docker.io/library/alpine:3.22, or docker-archive:FILE, oci:DIR[:TAG], oci-archive:FILE, ' +
    'dir:DIR, docker-daemon:NAME, containers-storage:NAME. Prints the id of each.',
  arity: { min: 1, what: 'an image' },
  options: {
    'all-tags': { type: 'bool', short: 'a', help: 'All tags of the repository' },
    'disable-content-trust': { type: 'bool', hidden: true, help: 'As in Docker: without effect' },
    policy: {
      type: 'string',
      default: 'always',
      choices: ['always', 'missing', 'never', 'newer'],
      value: 'POLICY',
      help: 'When to ask for one that is here: always, missing, never, newer',
    },
    quiet: { type: 'bool', short: 'q', help: 'Do not show how it goes on' },
    ...PLATFORM_OPTIONS,
    ...REGISTRY_OPTIONS,
    ...DECRYPTION_KEY,
  },
  examples: [
    { line: 'limpid pull docker.io/library/alpine:3.22', says: 'From its registry' },
    { line: 'limpid pull --platform linux/arm64 docker.io/library/alpine', says: 'For another machine' },
  ],
});
