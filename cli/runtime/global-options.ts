import { defineOptions } from '../parse/option.ts';

/** Those of runc and crun, before the command. */
export const RUNTIME_GLOBAL_OPTIONS = defineOptions({
  root: { type: 'string', value: 'DIR', help: 'Where the states of containers are' },
  log: { type: 'string', value: 'FILE', help: 'Append errors and warnings to it' },
  'log-format': { type: 'string', choices: ['text', 'json'], default: 'text', help: 'Form of what is logged' },
  'log-level': {
    type: 'string',
    choices: ['error', 'warn', 'warning', 'info', 'debug', 'trace', 'fatal', 'panic'],
    default: 'warning',
    help: 'Least level that is logged: there are errors and warnings',
  },
  debug: { type: 'bool', help: 'Log all there is: errors and warnings' },
  'cgroup-manager': {
    type: 'string',
    choices: ['cgroupfs', 'systemd', 'disabled'],
    help: 'Who makes cgroups: cgroupfs, with --rootless nobody',
  },
  'systemd-cgroup': { type: 'bool', help: 'As --cgroup-manager systemd' },
  rootless: {
    type: 'string',
    choices: ['auto', 'true', 'false'],
    default: 'auto',
    help: 'Without rights over cgroups; auto: unless root',
  },
  version: { type: 'bool', short: 'v', help: 'Print the version' },
});

export type RuntimeGlobalOptions = typeof RUNTIME_GLOBAL_OPTIONS;
