import type { ContainerConfig } from '../../engine/config.ts';
import { LimpidError } from '../../base/error.ts';
import { parseOptions } from '../parse/parse-options.ts';
import { configFromOptions } from './config.ts';
import { CREATE_OPTIONS } from './options.ts';
import type { HostInputs } from './request.ts';

export const HOST: HostInputs = {
  id: '0123456789abcdef'.repeat(4),
  defaultName: 'clear_pascal',
  now: '2026-01-02T03:04:05.000000006Z',
  hostCpus: 4,
  arch: 'x86_64',
  uid: 0,
  workingDirectory: '/home/me/here',
  environment: { HOME: '/root', LANG: 'C.UTF-8', LC_ALL: 'C', http_proxy: 'proxy:3128' },
  hasSelinux: false,
  readText: (path) => {
    const text = FILES[path];
    if (text === undefined)
      throw new LimpidError({ code: 'EFILE', doing: 'read', subject: `"${path}"`, why: 'no such file' });
    return text;
  },
  deviceNumber: (path) => (path === '/dev/sda' ? { major: 8, minor: 0 } : undefined),
};

const FILES: Readonly<Record<string, string>> = {
  env: '# comment\nA=1\n\n  B=two words\nLANG\nMISSING\nLC_*\nC=#1\r\n',
  labels: '# comment\nfrom=file\nsame=file\nbare\n',
};

/** The config that `limpid run WORDS builtin:busybox sleep 1` makes. */
export function configOf(...words: string[]): ContainerConfig {
  return configOfLine([...words, 'builtin:busybox', 'sleep', '1']);
}

export function configOfLine(words: readonly string[], host: HostInputs = HOST): ContainerConfig {
  return configFromOptions(
    parseOptions(CREATE_OPTIONS, words, { command: 'limpid run', stopAtFirstArgument: true }),
    host,
  );
}

/** What the words fail with: code and message. */
export function failureOf(...words: string[]): string {
  try {
    configOf(...words);
  } catch (error) {
    if (error instanceof LimpidError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error(`nothing was thrown for ${words.join(' ')}`);
}
