import type { CreateOptions } from '../../runtime/create.ts';
import { defineOptions, type OptionValues } from '../parse/option.ts';

/** What `create` and `run` share. */
export const BUNDLE_OPTIONS = defineOptions({
  bundle: { type: 'string', short: 'b', value: 'DIR', help: 'The bundle; the current directory unless said' },
  config: { type: 'string', short: 'f', value: 'FILE', help: "Another file than the bundle's config.json" },
  'console-socket': { type: 'string', value: 'SOCKET', help: "Gets the master of the container's terminal" },
  'pid-file': { type: 'string', value: 'FILE', help: "Where the process's id is written" },
  'preserve-fds': { type: 'uint', default: 0, value: 'NUMBER', help: 'Pass on so many descriptors behind 0, 1 and 2' },
  'no-pivot': { type: 'bool', help: 'Do not use pivot_root(2)' },
  'no-new-keyring': { type: 'bool', help: "Keep the caller's session keyring" },
});

export function createOptionsOf(options: OptionValues<typeof BUNDLE_OPTIONS>): CreateOptions {
  const { config, 'console-socket': consoleSocket, 'pid-file': pidFile } = options;
  return {
    bundle: absolutePath(options.bundle ?? '.'),
    ...(config === undefined ? {} : { config: absolutePath(config) }),
    ...(consoleSocket === undefined ? {} : { consoleSocket: absolutePath(consoleSocket) }),
    ...(pidFile === undefined ? {} : { pidFile: absolutePath(pidFile) }),
    preserveFds: options['preserve-fds'] + listenFds(),
    newKeyring: !options['no-new-keyring'],
    noPivot: options['no-pivot'],
  };
}

/** sd_listen_fds(3): the sockets of a unit come behind those asked for. */
export function listenFds(): number {
  return Number.parseInt(Bun.env['LISTEN_FDS'] ?? '0', 10) || 0;
}

export function absolutePath(path: string): string {
  if (path.startsWith('/')) return path;
  const joined = `${process.cwd()}/${path}`;
  const names: string[] = [];
  for (const name of joined.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}
