import { optionError } from '../parse/option-error.ts';
import type { CreateRequest } from './request.ts';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
// It is claimed by a symlink of this name.
const MAX_NAME = 255;
// sethostname(2) and setdomainname(2) take at most 64 bytes.
const HOST_NAME = /^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,62}[a-zA-Z0-9])?$/;

/** The container's name: the one given, or the one made up. */
export function translateName(request: CreateRequest): string {
  const { name } = request.options;
  if (name === undefined) return request.host.defaultName;
  checkContainerName(name);
  return name;
}

/** Throws EOPTION unless `name` may name a container. */
export function checkContainerName(name: string): void {
  if (name.length > MAX_NAME)
    throw optionError(`a name of ${name.length} characters`, `at most ${MAX_NAME} are wanted`);
  if (!NAME.test(name))
    throw optionError(
      `name ${JSON.stringify(name)}`,
      'letters, digits, "_", "." and "-" are wanted, a letter or digit first',
    );
}

/** Host and domain name; none where the UTS namespace is not the container's own. */
export function translateHostName(request: CreateRequest): { hostname?: string; domainname?: string } {
  const { uts, hostname, domainname } = request.options;
  const own = uts === undefined || uts === '' || uts === 'private';
  for (const name of ['hostname', 'domainname'] as const) {
    const value = request.options[name];
    if (value === undefined) continue;
    if (!own)
      throw optionError(request.flag(name), `it excludes ${request.flag('uts')}: the name is not the container's own`);
    if (!HOST_NAME.test(value))
      throw optionError(request.flag(name), 'at most 64 letters, digits, "-", "_" and "." are wanted');
    request.because(name, name);
  }
  if (!own) return {};
  if (hostname === undefined) request.note('hostname', 'default: the short id');
  return { hostname: hostname ?? request.host.id.slice(0, 12), ...(domainname === undefined ? {} : { domainname }) };
}

/** `--entrypoint`: a JSON array of words, one word, or nothing at all. */
export function translateEntrypoint(request: CreateRequest): string[] | undefined {
  const text = request.options.entrypoint;
  if (text === undefined) return undefined;
  request.because('process.args', 'entrypoint');
  if (text === '') return [];
  if (!text.startsWith('[')) return [text];
  const words = parseJson(text);
  if (!Array.isArray(words) || !words.every((word): word is string => typeof word === 'string')) {
    throw optionError(request.flag('entrypoint'), 'a command, or a JSON array of strings, is wanted');
  }
  return words;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
