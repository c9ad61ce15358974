import { defineOptions } from '../parse/option.ts';

/** Options that mean the same wherever they stand. */
export const LATEST = defineOptions({
  latest: { type: 'bool', short: 'l', help: 'The container that was created last' },
});

export const FILTER = defineOptions({
  filter: {
    type: 'slice',
    short: 'f',
    value: 'KEY=VALUE',
    help: 'Only containers with this property, such as status=running',
  },
});

export const CIDFILE = defineOptions({
  cidfile: { type: 'array', value: 'FILE', completion: 'file', help: 'Read the id of a container from a file' },
});

export const STOP_SIGNAL = defineOptions({
  signal: {
    type: 'string',
    short: 's',
    value: 'SIGNAL',
    completion: 'signal',
    help: 'Ask by this signal instead of its own',
  },
});

export const DETACH_KEYS = defineOptions({
  'detach-keys': {
    type: 'string',
    default: 'ctrl-p,ctrl-q',
    value: 'KEYS',
    help: 'Keys that leave it running; empty for none',
  },
});

export const ENTER_OPTIONS = defineOptions({
  env: { type: 'array', short: 'e', value: 'NAME[=VALUE]', help: 'Set a variable; without a value take it from here' },
  'env-file': { type: 'slice', value: 'FILE', completion: 'file', help: 'Read variables from a file' },
  interactive: { type: 'bool', short: 'i', help: 'Keep its standard input open' },
  tty: { type: 'bool', short: 't', help: 'Give it a terminal' },
  user: {
    type: 'string',
    short: 'u',
    value: 'USER[:GROUP]',
    completion: 'user',
    help: 'Run as this user, by name or number',
  },
  workdir: { type: 'string', short: 'w', value: 'DIR', help: 'Start in this directory of the container' },
});

/** Arguments that are containers, for which these options may stand. */
export function containers(...standIns: readonly ('all' | 'latest' | 'cidfile' | 'filter')[]) {
  const instead = standIns.map((option) => [
    option,
    option === 'cidfile' || option === 'filter' ? { min: 0 } : { min: 0, max: 0 },
  ]);
  return { min: 1, what: 'a container', instead: Object.fromEntries(instead) };
}
