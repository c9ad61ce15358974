import { DEFAULT_CONFIG } from '../../engine/default-config.ts';
import type { ContainerConfig } from '../../engine/config.ts';
import { parseSize } from '../../base/size.ts';
import { parseSignal } from '../../engine/kernel-words.ts';
import { optionError } from '../parse/option-error.ts';
import { splitPair } from './labels.ts';
import type { CreateRequest } from './request.ts';

const POLICIES = ['no', 'always', 'on-failure', 'unless-stopped'] as const;

/** `--restart no|always|on-failure[:TIMES]|unless-stopped`. */
export function translateRestart(request: CreateRequest): ContainerConfig['restart'] {
  const text = request.options.restart;
  if (text === undefined || text === '') return { policy: 'no', maxRetries: 0 };
  const [word, times] = text.split(':', 2);
  const policy = POLICIES.find((policy) => policy === word);
  if (policy === undefined)
    throw optionError(request.flag('restart'), 'no, always, on-failure[:TIMES] or unless-stopped is wanted');
  if (times === undefined) return { policy, maxRetries: 0 };
  if (policy !== 'on-failure') throw optionError(request.flag('restart'), 'only on-failure takes a number of times');
  if (!/^\d{1,9}$/.test(times)) throw optionError(request.flag('restart'), `"${times}" is no number of times`);
  return { policy, maxRetries: Number(times) };
}

/** `--log-driver` and `--log-opt`; sizes and counts of 0 mean no limit. */
export function translateLog(request: CreateRequest): ContainerConfig['log'] {
  request.because('log', 'log-driver', 'log-opt');
  const log: { driver: ContainerConfig['log']['driver']; maxSizeBytes: number; maxFiles: number; path?: string } = {
    driver: request.options['log-driver'],
    maxSizeBytes: DEFAULT_CONFIG.log.maxSizeBytes,
    maxFiles: DEFAULT_CONFIG.log.maxFiles,
  };
  for (const text of request.options['log-opt']) {
    const [key, value] = splitPair(text, '--log-opt');
    if (log.driver === 'none') throw optionError(`--log-opt ${text}`, 'the log driver "none" keeps no log');
    if (key === 'max-size') log.maxSizeBytes = logSize(value);
    else if (key === 'max-file') log.maxFiles = logFiles(value);
    else if (key === 'path') log.path = request.hostPath(value);
    else throw optionError(`"${key}" for --log-opt`, 'max-size, max-file or path is wanted');
  }
  return log;
}

function logSize(text: string): number {
  const bytes = text === '-1' ? 0 : parseSize(text);
  if (bytes === undefined) throw optionError(`"max-size=${text}" for --log-opt`, 'a size such as "10m" is wanted');
  return bytes;
}

function logFiles(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw optionError(`"max-file=${text}" for --log-opt`, 'a number from 1 to 9999 is wanted');
  return Number(text);
}

/** The number of `--stop-signal`. */
export function translateStopSignal(request: CreateRequest): number {
  const signal = parseSignal(request.options['stop-signal']);
  if (signal === undefined) throw optionError(request.flag('stop-signal'), 'there is no such signal');
  return signal;
}
