import type { ContainerConfig } from '../../engine/config.ts';
import { LimpidError } from '../../base/error.ts';
import { DEFAULT_PATH } from '../../engine/spec/env.ts';
import { recordOf } from './record-of.ts';
import type { CreateRequest } from './request.ts';

const PROXY_NAMES = [
  'http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY',
]; // prettier-ignore

type HostEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The variables that the user asks for. Later ones win: this environment (`--env-host`), proxies, `--env-file`, `-e`;
 * `--env-merge` then changes what is there. Defaults are the spec's business.
 */
export function translateEnvironment(request: CreateRequest): Pick<ContainerConfig, 'env' | 'unsetEnv'> {
  const { options, host } = request;
  const variables = new Map<string, string>();
  if (options['env-host']) addAll(variables, host.environment);
  if (options['http-proxy']) addProxies(variables, host.environment);
  for (const [name, value] of readEnvironment(options, host)) variables.set(name, value);
  for (const text of options['env-merge']) {
    const [name, value] = splitVariable(text, '--env-merge');
    variables.set(name, expand(value ?? '', variables));
  }
  request.because('process.env', 'env', 'env-file', 'env-merge', 'env-host', 'unsetenv', 'unsetenv-all');
  const env = recordOf(variables);
  const unsetEnv = options['unsetenv-all'] ? ['*'] : options.unsetenv;
  return unsetEnv.length === 0 ? { env } : { env, unsetEnv };
}

/** The variables that `--env-file` and `-e` set, in this order; shared with `exec`. */
export function readEnvironment(
  options: { readonly env: readonly string[]; readonly 'env-file': readonly string[] },
  host: { readonly environment: HostEnvironment; readonly readText: (path: string) => string },
): Map<string, string> {
  const variables = new Map<string, string>();
  for (const path of options['env-file']) {
    for (const line of variableLines(host.readText(path))) setVariable(variables, line, path, host.environment);
  }
  for (const text of options.env) setVariable(variables, text, '-e', host.environment);
  return variables;
}

function variableLines(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/^\s+/, ''));
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

function setVariable(variables: Map<string, string>, text: string, where: string, host: HostEnvironment): void {
  const [name, value] = splitVariable(text, where);
  if (value !== undefined) variables.set(name, value);
  else if (name.endsWith('*')) addAll(variables, host, name.slice(0, -1));
  else if (host[name] !== undefined) variables.set(name, host[name]);
}

function splitVariable(text: string, where: string): [name: string, value: string | undefined] {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  if (name === '' || /\s/.test(name) || text.includes('\0')) {
    throw new LimpidError({
      code: 'EENV',
      doing: 'set',
      subject: `variable ${JSON.stringify(text)} of ${where}`,
      why: 'a name without spaces, "=" and a value are wanted',
    });
  }
  return [name, equals === -1 ? undefined : text.slice(equals + 1)];
}

function addAll(variables: Map<string, string>, host: HostEnvironment, prefix = ''): void {
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && name.startsWith(prefix)) variables.set(name, value);
  }
}

function addProxies(variables: Map<string, string>, host: HostEnvironment): void {
  for (const name of PROXY_NAMES) {
    if (host[name] !== undefined) variables.set(name, host[name]);
  }
}

function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, bare) => {
    const name = (braced ?? bare) as string;
    return variables.get(name) ?? (name === 'PATH' ? DEFAULT_PATH : '');
  });
}
