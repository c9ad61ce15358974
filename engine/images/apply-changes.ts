import { parseSignal } from '../../abi/signal.ts';
import { LimpidError } from '../../base/error.ts';
import type { ImageRuntimeConfig } from '../../spec/image.ts';

type Mutable = { -readonly [K in keyof ImageRuntimeConfig]: ImageRuntimeConfig[K] };
type Instruction = (config: Mutable, text: string, fault: (why: string) => LimpidError) => void;

const INSTRUCTIONS: Readonly<Record<string, Instruction>> = {
  CMD: (config, text, fault) => void (config.Cmd = commandOf(text, fault)),
  ENTRYPOINT: (config, text, fault) => void (config.Entrypoint = commandOf(text, fault)),
  ENV(config, text, fault) {
    const env = new Map((config.Env ?? []).map((line) => [line.slice(0, line.indexOf('=')), line]));
    for (const [key, value] of pairsOf(text, fault)) env.set(key, `${key}=${value}`);
    config.Env = [...env.values()];
  },
  EXPOSE(config, text, fault) {
    const ports = { ...config.ExposedPorts };
    for (const word of wordsOf(text, fault)) ports[portOf(word, fault)] = {};
    config.ExposedPorts = ports;
  },
  LABEL(config, text, fault) {
    config.Labels = { ...config.Labels, ...Object.fromEntries(pairsOf(text, fault)) };
  },
  ONBUILD: (config, text) => void (config.OnBuild = [...(config.OnBuild ?? []), text]),
  STOPSIGNAL(config, text, fault) {
    if (parseSignal(text) === undefined) throw fault(`there is no signal "${text}"`);
    config.StopSignal = text;
  },
  USER: (config, text) => void (config.User = text),
  VOLUME(config, text, fault) {
    const paths = text.startsWith('[') ? jsonList(text, fault) : wordsOf(text, fault);
    config.Volumes = { ...config.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) };
  },
  WORKDIR(config, text) {
    config.WorkingDir = text.startsWith('/') ? text : `${config.WorkingDir || ''}/${text}`;
  },
};

/**
 * The config with what lines of a Dockerfile say of it: `CMD ["sh"]`, `ENV A=b`, also `CMD=sh` as podman takes it. Throws
 * EOPTION for what is no such line. Pure.
 */
export function applyChanges(config: ImageRuntimeConfig, changes: readonly string[]): ImageRuntimeConfig {
  const changed: Mutable = { ...config };
  for (const change of changes) {
    const fault = (why: string) =>
      new LimpidError({ code: 'EOPTION', doing: 'apply', subject: `change ${JSON.stringify(change)}`, why });
    const [, word = '', text = ''] = /^\s*([A-Za-z]+)(?:[\s=]\s*([\s\S]*))?$/.exec(change) ?? [];
    const instruction = INSTRUCTIONS[word.toUpperCase()];
    if (instruction === undefined) throw fault(`it begins with none of ${Object.keys(INSTRUCTIONS).join(', ')}`);
    if (text.trim() === '') throw fault('nothing follows the instruction');
    instruction(changed, text.trim(), fault);
  }
  return changed;
}

/** JSON's list of words, or a line for the shell. */
function commandOf(text: string, fault: (why: string) => LimpidError): readonly string[] {
  return text.startsWith('[') ? jsonList(text, fault) : ['/bin/sh', '-c', text];
}

function jsonList(text: string, fault: (why: string) => LimpidError): string[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list;
  } catch {}
  throw fault('what follows is no JSON list of texts');
}

/** `A=b C="d e"`; also `A b`, as old Dockerfiles have it. */
function pairsOf(text: string, fault: (why: string) => LimpidError): [string, string][] {
  const words = wordsOf(text, fault);
  if (!words[0]!.includes('=')) {
    const [key = '', ...rest] = text.split(/\s+/);
    if (rest.length === 0) throw fault('KEY=VALUE is wanted');
    return [[key, rest.join(' ')]];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals <= 0) throw fault(`"${word}" is not KEY=VALUE`);
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
}

/** Words between blanks; quotes and backslashes as in a Dockerfile. */
function wordsOf(text: string, fault: (why: string) => LimpidError): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\\' && quote !== "'" && at + 1 < text.length) word = (word ?? '') + text[++at]!;
    else if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (!/\s/.test(char)) word = (word ?? '') + char;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (quote !== '') throw fault(`a ${quote} is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}

function portOf(word: string, fault: (why: string) => LimpidError): string {
  const [, first, last = first, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/i.exec(word) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (!(from >= 1 && from <= to && to <= 65535)) throw fault(`"${word}" is no port`);
  return `${first}${last === first ? '' : `-${last}`}/${protocol.toLowerCase()}`;
}
