import { LimpidError } from '../../base/error.ts';
import type { Reasons } from './reasons.ts';

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface EnvInputs {
  /** `NAME=value` words of the image, which is not trusted. */
  readonly image: readonly string[];
  readonly config: Readonly<Record<string, string>>;
  /** Names of defaults and of the image's variables to leave out; `*` for all. */
  readonly unset: readonly string[];
  readonly terminal: boolean;
  readonly home: string;
  readonly hostname: string;
}

/**
 * The environment as `NAME=value` words: PATH, TERM and `container` unless said otherwise, over them the image's,
 * without those to be left out, over them the config's; HOME and HOSTNAME where none of them set it. Throws `EOPTION` for a name that execve's
 * format cannot hold.
 */
export function environment(inputs: EnvInputs, reasons: Reasons): string[] {
  const env: Record<string, string> = {};
  const set = (name: string, value: string, reason: string) => {
    env[name] = value;
    reasons.note(`process.env[${name}]`, reason);
  };
  set('PATH', DEFAULT_PATH, 'default: the usual search path');
  if (inputs.terminal) set('TERM', 'xterm', 'default: a terminal has a type');
  set('container', 'limpid', 'default: tells programs that they are in a container');
  for (const word of inputs.image) {
    const equals = word.indexOf('=');
    if (equals > 0 && !word.includes('\0')) set(word.slice(0, equals), word.slice(equals + 1), 'image');
  }
  for (const name of inputs.unset.includes('*') ? Object.keys(env) : inputs.unset) delete env[name];
  for (const [name, value] of Object.entries(inputs.config)) {
    checkVariable(name, value);
    set(name, value, '--env');
  }
  if (!Object.hasOwn(env, 'HOME')) set('HOME', inputs.home, "default: the user's entry in /etc/passwd");
  if (!Object.hasOwn(env, 'HOSTNAME')) set('HOSTNAME', inputs.hostname, "default: the container's host name");
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

function checkVariable(name: string, value: string): void {
  const subject = `environment variable "${name}"`;
  if (name === '' || name.includes('=')) {
    throw new LimpidError({ code: 'EOPTION', doing: 'set', subject, why: 'a name is not empty and holds no "="' });
  }
  if (name.includes('\0') || value.includes('\0')) {
    throw new LimpidError({ code: 'EOPTION', doing: 'set', subject, why: 'it holds a NUL byte' });
  }
}
