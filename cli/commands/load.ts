import { defineCommand } from '../parse/command.ts';

/** `limpid load`. */
export const command = defineCommand({
  name: 'load',
  group: 'Images',
  synopsis: 'Get images from an archive or a directory',
  usage: '[options]',
  description:
    'Archives of docker save, podman save, skopeo and others, compressed or not, and image layouts. PATH may also be ' +
    'oci:DIR[:TAG], dir:DIR, docker-archive:FILE[:NAME], oci-archive:FILE[:TAG], docker-daemon:NAME, ' +
    'containers-storage:NAME, docker://NAME, or the http:// or https:// address of an archive.',
  arity: { min: 0, max: 0, what: 'nothing' },
  options: {
    input: { type: 'string', short: 'i', value: 'PATH', completion: 'file', help: 'Read from there, not from stdin' },
    'signature-policy': { type: 'string', hidden: true, value: 'FILE', help: 'Take policy.json from here' },
    quiet: { type: 'bool', short: 'q', help: 'Do not show how it goes on' },
  },
  examples: [
    { line: 'limpid load -i lab.tar', says: 'All of its images' },
    { line: 'docker save lab | limpid load', says: 'From another engine' },
    { line: 'limpid load -i oci:layout:1.0', says: 'One image of a layout' },
  ],
});
