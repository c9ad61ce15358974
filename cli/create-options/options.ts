import type { OptionValues } from '../parse/option.ts';
import { groupOptions } from '../parse/option.ts';
import { FILES_OPTIONS, NAMESPACE_OPTIONS, SECURITY_OPTIONS } from './isolation-options.ts';
import { NETWORK_OPTIONS } from './network-options.ts';
import { LIMIT_OPTIONS } from './limit-options.ts';
import { PORT_OPTIONS } from './port-options.ts';
import { LIFE_OPTIONS, PROCESS_OPTIONS } from './process-options.ts';

/** Everything that describes a new container: the options of `run` and `create` that end in its config. */
export const CREATE_OPTIONS = {
  ...PROCESS_OPTIONS,
  ...FILES_OPTIONS,
  ...NETWORK_OPTIONS,
  ...NAMESPACE_OPTIONS,
  ...PORT_OPTIONS,
  ...LIMIT_OPTIONS,
  ...SECURITY_OPTIONS,
  ...LIFE_OPTIONS,
} as const;

export type CreateOptions = typeof CREATE_OPTIONS;
export type CreateValues = OptionValues<CreateOptions>;

/** What can be printed instead of running it. */
export const SHOW_OPTION = groupOptions('Seeing through', {
  show: {
    type: 'string',
    choices: ['config', 'spec', 'plan', 'script'],
    value: 'STAGE',
    help: 'Run nothing, print: config, spec, plan, or script (for sh)',
  },
});

/** Streams and keys of a command that stays in the foreground. */
export const ATTACH_OPTIONS = groupOptions('In the foreground', {
  attach: { type: 'slice', short: 'a', value: 'STREAM', help: 'Connect stdin, stdout or stderr only' },
  'sig-proxy': { type: 'bool', default: true, help: 'Pass signals on to the process' },
  'detach-keys': {
    type: 'string',
    default: 'ctrl-p,ctrl-q',
    value: 'KEYS',
    help: 'Keys that leave it running; empty for none',
  },
});
