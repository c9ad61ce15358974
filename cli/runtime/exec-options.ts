import { defineOptions } from '../parse/option.ts';

export const EXEC_OPTIONS = defineOptions({
  process: { type: 'string', short: 'p', value: 'FILE', help: 'The process as JSON, as in config.json' },
  tty: { type: 'bool', short: 't', help: 'With a terminal' },
  user: { type: 'string', short: 'u', value: 'UID[:GID]', help: 'As this user' },
  'additional-gids': {
    type: 'slice',
    short: 'g',
    aliases: ['additional-gid'],
    value: 'GID',
    help: 'And in these groups',
  },
  cwd: { type: 'string', value: 'DIR', help: 'Its working directory' },
  env: { type: 'array', short: 'e', value: 'NAME=VALUE', help: 'And this variable' },
  cap: { type: 'array', short: 'c', value: 'CAP', help: 'And this capability' },
  cgroup: { type: 'string', value: 'PATH', help: "In a cgroup below the container's" },
  apparmor: { type: 'string', value: 'PROFILE', help: 'Under this AppArmor profile' },
  'process-label': { type: 'string', value: 'LABEL', help: 'Under this SELinux label' },
  'no-new-privs': { type: 'bool', help: 'It cannot gain privileges' },
  detach: { type: 'bool', short: 'd', help: 'Do not wait for its end' },
  'pid-file': { type: 'string', value: 'FILE', help: "Where the process's id is written" },
  'preserve-fds': { type: 'uint', default: 0, value: 'NUMBER', help: 'Pass on so many descriptors behind 0, 1 and 2' },
  'console-socket': { type: 'string', value: 'SOCKET', help: 'Gets the master of its terminal' },
});
