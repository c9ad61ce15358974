import { execInContainer, type ExecOptions, parseProcessFile, readProcessText } from '../../../runtime/exec.ts';
import { waitInForeground } from '../../../runtime/foreground.ts';
import type { Process } from '../../../spec/runtime.ts';
import { absolutePath, listenFds } from '../bundle-options.ts';
import type { OptionValues } from '../../parse/option.ts';
import { optionError } from '../../parse/option-error.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';
import { execProcess } from '../exec-process.ts';
import { EXEC_OPTIONS } from '../exec-options.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Run a process in a running container',
  usage: '[options] ID [COMMAND [ARG...]]',
  options: EXEC_OPTIONS,
  args: { min: 1, max: Number.POSITIVE_INFINITY },
  stopAtFirstArgument: true,
  run: async ({ world, options, args: [id = '', ...words] }) => {
    const path = options.process === undefined ? undefined : absolutePath(options.process);
    const text = path === undefined ? undefined : readProcessText(path);
    const file = path === undefined || text === undefined ? undefined : parseProcessFile(path, text);
    if (file === undefined && words.length === 0)
      throw optionError('"limpid-runtime exec"', 'there is no command', 'give one, or --process FILE');
    const process = (base: Process) =>
      file === undefined ? execProcess(base, words, options) : fromFile(file, options);
    const request = requestOf(options, process, text);
    if (options.detach || request.consoleSocket !== undefined)
      return runDetached(() => execInContainer(world, id, request), options.detach, world);
    return waitInForeground(
      world,
      (_cleanUp, consoleFd) =>
        execInContainer(world, id, consoleFd === undefined ? request : { ...request, consoleFd }),
      {
        terminal: file === undefined ? options.tty : (file as Process).terminal === true || options.tty,
        afterwards: [],
      },
    );
  },
});

async function runDetached(
  run: () => Promise<number>,
  detach: boolean,
  world: Parameters<typeof waitInForeground>[0],
): Promise<number> {
  if (detach) {
    await run();
    return 0;
  }
  return waitInForeground(world, run, { terminal: false, afterwards: [] });
}

function fromFile(file: unknown, { tty }: OptionValues<typeof EXEC_OPTIONS>): Process {
  return tty ? { ...(file as Process), terminal: true } : (file as Process);
}

function requestOf(
  options: OptionValues<typeof EXEC_OPTIONS>,
  process: ExecOptions['process'],
  text: string | undefined,
): ExecOptions {
  const { 'console-socket': consoleSocket, 'pid-file': pidFile, cgroup } = options;
  return {
    process,
    ...(consoleSocket === undefined ? {} : { consoleSocket: absolutePath(consoleSocket) }),
    ...(pidFile === undefined ? {} : { pidFile: absolutePath(pidFile) }),
    ...(cgroup === undefined ? {} : { cgroup }),
    preserveFds: options['preserve-fds'] + listenFds(),
    ...(isPlain(options) ? { kept: text === undefined ? { kind: 'words' } : { kind: 'process', text } } : {}),
  };
}

/** What the launcher can do by itself the next time: see native/direct_exec.c. */
function isPlain(options: OptionValues<typeof EXEC_OPTIONS>): boolean {
  const { detach: _detach, 'pid-file': _pidFile, process: _process, ...others } = options;
  return listenFds() === 0 && Object.values(others).every((value) => isUnsaid(value));
}

function isUnsaid(value: unknown): boolean {
  return value === undefined || value === false || value === 0 || (Array.isArray(value) && value.length === 0);
}
