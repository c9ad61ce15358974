import { defineOptions } from '../parse/option.ts';

/** Options before the command. */
export const GLOBAL_OPTIONS = defineOptions({
  root: {
    type: 'string',
    value: 'DIR',
    completion: 'directory',
    help: 'Where containers are kept (default /var/lib/limpid)',
  },
  runroot: {
    type: 'string',
    value: 'DIR',
    completion: 'directory',
    help: 'Where state is kept until a reboot (default /run/limpid)',
  },
  'log-level': {
    type: 'string',
    default: 'warn',
    choices: ['trace', 'debug', 'info', 'warn', 'warning', 'error', 'fatal', 'panic'],
    value: 'LEVEL',
    help: 'With debug, how long each phase of its work took',
  },
  'cgroup-manager': {
    type: 'string',
    default: 'cgroupfs',
    choices: ['cgroupfs'],
    value: 'MANAGER',
    help: 'Only cgroupfs',
  },
  version: { type: 'bool', short: 'v', help: 'Print the version' },
});

export type GlobalOptions = typeof GLOBAL_OPTIONS;
