import { defineCommand } from '../parse/command.ts';

/** `limpid images`. */
export const command = defineCommand({
  name: 'images',
  group: 'Images',
  synopsis: 'List images',
  usage: '[options] [IMAGE]',
  arity: { min: 0, max: 1, what: '' },
  completion: 'image',
  options: {
    all: { type: 'bool', short: 'a', help: 'As in podman: there are no hidden ones' },
    digests: { type: 'bool', help: 'Show the digests of their manifests' },
    filter: {
      type: 'slice',
      short: 'f',
      value: 'KEY=VALUE',
      help: 'Only images with this property, such as dangling=true or label=KEY',
    },
    format: {
      type: 'string',
      value: 'TEMPLATE',
      help: 'json, or a Go template for each; "table " before it for columns',
    },
    history: { type: 'bool', hidden: true, help: 'Show the names of each' },
    'no-trunc': { type: 'bool', aliases: ['notruncate'], help: 'Do not shorten ids' },
    noheading: { type: 'bool', short: 'n', help: 'Leave the headings out' },
    quiet: { type: 'bool', short: 'q', help: 'Only ids' },
    sort: {
      type: 'string',
      default: 'created',
      choices: ['created', 'id', 'repository', 'size', 'tag'],
      value: 'COLUMN',
      help: 'Sort by created, id, repository, size or tag',
    },
  },
  examples: [
    { line: 'limpid images', says: 'All of them' },
    { line: "limpid images --format '{{.ID}} {{.Repository}}:{{.Tag}}' alpine", says: 'Those of one repository' },
  ],
});
