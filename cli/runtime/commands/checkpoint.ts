import { checkpointContainer } from '../../../runtime/checkpoint.ts';
import { CRIU_OPTIONS, criuOptionsOf } from '../criu-options.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Freeze a container to disk, with CRIU',
  usage: '[options] ID',
  options: {
    ...CRIU_OPTIONS,
    'leave-running': { type: 'bool', short: 'R', help: 'Let it go on' },
    'pre-dump': { type: 'bool', help: 'Only its memory, and let it go on' },
    'parent-path': { type: 'string', value: 'DIR', help: 'Images of a --pre-dump, from --image-path on' },
    'page-server': { type: 'string', value: 'ADDRESS:PORT', help: 'Send the memory there' },
  },
  args: { min: 1, max: 1 },
  run: async ({ world, options, args: [id = ''] }) => {
    const { 'parent-path': parentPath, 'page-server': server } = options;
    const base = criuOptionsOf(options);
    const colon = server?.lastIndexOf(':') ?? -1;
    await checkpointContainer(world, id, {
      ...base,
      words: [
        ...base.words,
        ...(server === undefined
          ? []
          : ['--page-server', '--address', server.slice(0, colon), '--port', server.slice(colon + 1)]),
      ],
      leaveRunning: options['leave-running'],
      preDump: options['pre-dump'],
      ...(parentPath === undefined ? {} : { parentPath }),
    });
    return 0;
  },
});
