import { waitInForeground } from '../../../runtime/foreground.ts';
import { restoreContainer } from '../../../runtime/restore.ts';
import { absolutePath } from '../bundle-options.ts';
import { CRIU_OPTIONS, criuOptionsOf } from '../criu-options.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Bring a container back from disk, with CRIU',
  usage: '[options] ID',
  options: {
    ...CRIU_OPTIONS,
    bundle: { type: 'string', short: 'b', value: 'DIR', help: 'The bundle; the current directory unless said' },
    'console-socket': { type: 'string', value: 'SOCKET', help: 'For a terminal, which is not brought back' },
    'pid-file': { type: 'string', value: 'FILE', help: "Where the process's id is written" },
    detach: { type: 'bool', short: 'd', help: 'Do not wait for its end' },
    'no-pivot': { type: 'bool', help: 'Without effect: CRIU changes the root' },
    'no-subreaper': { type: 'bool', help: 'Without effect' },
  },
  args: { min: 1, max: 1 },
  run: async ({ world, options, args: [id = ''], self }) => {
    const { 'pid-file': pidFile, 'console-socket': consoleSocket } = options;
    const restore = () =>
      restoreContainer(world, id, {
        ...criuOptionsOf(options),
        bundle: absolutePath(options.bundle ?? '.'),
        ...(pidFile === undefined ? {} : { pidFile: absolutePath(pidFile) }),
        ...(consoleSocket === undefined ? {} : { consoleSocket: absolutePath(consoleSocket) }),
      });
    if (!options.detach)
      return waitInForeground(world, restore, { terminal: false, afterwards: [...self, 'delete', '--force', id] });
    await restore();
    return 0;
  },
});
