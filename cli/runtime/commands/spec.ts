import { writeExampleSpec } from '../../../runtime/example-spec.ts';
import { absolutePath } from '../bundle-options.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Write a config.json to begin with',
  usage: '[options]',
  options: {
    bundle: { type: 'string', short: 'b', value: 'DIR', help: 'Where to; the current directory unless said' },
    rootless: { type: 'bool', help: 'For a user without root: with a user namespace, and without what needs root' },
  },
  args: { min: 0, max: 0 },
  run: ({ options }) => {
    writeExampleSpec(absolutePath(options.bundle ?? '.'), { rootless: options.rootless });
    return 0;
  },
});
