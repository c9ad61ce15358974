import { defineCommand } from '../parse/command.ts';
import { containers, LATEST } from './shared-options.ts';

/** `limpid inspect`. */
export const command = defineCommand({
  name: 'inspect',
  group: 'Look at them',
  synopsis: 'Show all that is known about containers, images, volumes or networks',
  usage: '[options] NAME [NAME...]',
  description: 'Of several things with one name the container comes first, then the image, the volume and the network.',
  arity: containers('latest'),
  completion: 'container',
  options: {
    format: { type: 'string', short: 'f', default: 'json', value: 'TEMPLATE', help: 'json, or a Go template for each' },
    ...LATEST,
    size: { type: 'bool', short: 's', help: 'Also how much was written' },
    type: {
      type: 'string',
      short: 't',
      default: 'all',
      choices: ['all', 'container', 'image', 'volume', 'network'],
      value: 'TYPE',
      help: 'What to look for: all, container, image, volume, network',
    },
  },
  examples: [{ line: "limpid inspect lab --format '{{.State.Pid}}'", says: 'The number of its process' }],
});
